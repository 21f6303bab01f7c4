import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useEffect, useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc/BackendContext";
import type { AwsConnection, AwsIdentity, MigrationPlan } from "../../../ipc/generated";
import { type Draft, type StepId, stepOrder } from "./draft";
import { confirmedRepositories } from "./expiryConfirmation";
import type { DraftAction } from "./reducer";
import { StartOverButton } from "./StartOverButton";
import { useWizardData } from "./useWizardData";
import { wizardSteps } from "./wizardSteps";

export interface MigrationWizardProps {
  draft: Draft;
  dispatch: (action: DraftAction) => void;
  removeTemporaryTags: boolean;
  errorActions: ErrorActions;
  /** Called with the selected connection, and its identity once known. */
  onConnection: (
    connection: AwsConnection,
    identity: AwsIdentity | null,
    alias: string | null,
  ) => void;
  /** Called with the job of a started migration. */
  onStarted: (job: string) => void;
}

/** The wizard: shows the current step. */
export function MigrationWizard({
  draft,
  dispatch,
  removeTemporaryTags,
  errorActions,
  onConnection,
  onStarted,
}: MigrationWizardProps) {
  const backend = useBackend();
  const data = useWizardData(draft, removeTemporaryTags);
  const [tried, setTried] = useState(false);
  const [starting, setStarting] = useState(false);
  const [startError, setStartError] = useState<unknown>(null);

  const { connection } = draft;
  const identity = data.identity.answer;
  const alias = data.alias;
  useEffect(() => {
    if (connection !== null) {
      onConnection(connection, identity, alias);
    }
  }, [connection, identity, alias, onConnection]);

  const index = wizardSteps.findIndex(({ id }) => id === draft.step);
  const step = wizardSteps[index];
  const last = index === wizardSteps.length - 1;
  // Confirmations on this page are part of the plan and its file.
  const confirmExpiry = async (plan: MigrationPlan) => {
    const repositories = confirmedRepositories(draft, plan);
    if (repositories.length > 0) {
      await backend.migrationExpiryConfirm(plan.plan, repositories);
    }
  };
  const exportPlan = async () => {
    const plan = data.plan.answer;
    if (plan === null) {
      return;
    }
    setStartError(null);
    try {
      const path = await backend.savePathChoose("plan.json");
      if (path !== null) {
        await confirmExpiry(plan);
        await backend.migrationPlanExport(plan.plan, path);
      }
    } catch (error) {
      setStartError(error);
    }
  };
  const context = {
    draft,
    dispatch,
    onExportPlan: () => {
      exportPlan();
    },
    data,
    errorActions: {
      ...errorActions,
      choose_profile: () => show("connection"),
      choose_region: () => show("connection"),
      sign_in_source: () => show("images"),
      choose_images: () => show("images"),
      edit_name: () => show("repositories"),
      edit_repository: () => show("repositories"),
      review_plan: data.plan.reload,
    },
  };
  const problem = step?.problem(context) ?? null;

  function show(id: StepId | undefined) {
    setTried(false);
    setStartError(null);
    if (id !== undefined) {
      dispatch({ type: "step_shown", step: id });
    }
  }
  const next = () => {
    if (problem === null) {
      show(stepOrder[index + 1]);
    } else {
      setTried(true);
    }
  };
  const start = async () => {
    const plan = data.plan.answer;
    if (plan === null || problem !== null || starting) {
      return;
    }
    setStarting(true);
    setStartError(null);
    try {
      await confirmExpiry(plan);
      onStarted(await backend.migrationStart(plan.plan));
    } catch (error) {
      setStartError(error);
    } finally {
      setStarting(false);
    }
  };

  return (
    <Wizard
      activeStepIndex={index}
      onNavigate={({ detail }) =>
        detail.requestedStepIndex > index ? next() : show(stepOrder[detail.requestedStepIndex])
      }
      i18nStrings={{
        stepNumberLabel: (number) => `Step ${number}`,
        collapsedStepsLabel: (number, count) => `Step ${number} of ${count}`,
        navigationAriaLabel: "Steps",
        errorIconAriaLabel: "Error",
        optional: "optional",
      }}
      customPrimaryActions={
        <SpaceBetween direction="horizontal" size="xs">
          <StartOverButton draft={draft} dispatch={dispatch} />
          {index > 0 && (
            <Button onClick={() => show(stepOrder[index - 1])} data-testid="wizard-back">
              Previous
            </Button>
          )}
          {last ? (
            <Button
              variant="primary"
              onClick={start}
              loading={starting}
              disabled={problem !== null}
              disabledReason={problem ?? undefined}
              data-testid="wizard-start"
            >
              Start
            </Button>
          ) : (
            <Button
              variant="primary"
              onClick={next}
              loading={step?.waiting(context) ?? false}
              data-testid="wizard-next"
            >
              Next
            </Button>
          )}
        </SpaceBetween>
      }
      steps={wizardSteps.map((one) => ({
        title: one.title,
        description: one.description,
        errorText: tried && one.id === draft.step && !last ? problem : undefined,
        content:
          one.id === draft.step ? (
            <SpaceBetween size="l">
              {startError !== null && (
                <ErrorAlert error={startError} actions={context.errorActions} />
              )}
              <one.Content {...context} />
            </SpaceBetween>
          ) : (
            <Box />
          ),
      }))}
    />
  );
}
