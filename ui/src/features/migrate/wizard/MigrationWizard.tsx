import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useEffect, useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc/BackendContext";
import type { AwsConnection, AwsIdentity, MigrationPlan } from "../../../ipc/generated";
import type { Draft } from "./draft";
import { confirmedRepositories } from "./expiry";
import type { DraftAction } from "./reducer";
import { StartOverButton } from "./StartOverButton";
import { wizardSteps } from "./steps";
import { useWizardData } from "./useWizardData";

/** Props of {@link MigrationWizard}. */
export interface MigrationWizardProps {
  draft: Draft;
  dispatch: (action: DraftAction) => void;
  removeTemporaryTags: boolean;
  errorActions: ErrorActions;
  /** Says which connection is chosen, and who that is once AWS has answered. */
  onConnection: (
    connection: AwsConnection,
    identity: AwsIdentity | null,
    alias: string | null,
  ) => void;
  /** Says that a migration was started. */
  onStarted: (job: string) => void;
}

/** The wizard: the table of steps, one of them in sight. */
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

  const step = Math.min(draft.step, wizardSteps.length - 1);
  const last = step === wizardSteps.length - 1;
  // What the person confirmed on this page belongs to the plan, and to its file.
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
      choose_profile: () => show(0),
      choose_region: () => show(0),
      sign_in_source: () => show(1),
      choose_images: () => show(1),
      edit_name: () => show(2),
      edit_repository: () => show(2),
      review_plan: data.plan.reload,
    },
  };
  const problem = wizardSteps[step]?.problem(context) ?? null;

  function show(index: number) {
    setTried(false);
    setStartError(null);
    dispatch({ type: "step_shown", step: index });
  }
  const next = () => {
    if (problem === null) {
      show(step + 1);
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
      activeStepIndex={step}
      onNavigate={({ detail }) =>
        detail.requestedStepIndex > step ? next() : show(detail.requestedStepIndex)
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
          {step > 0 && (
            <Button onClick={() => show(step - 1)} data-testid="wizard-back">
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
              loading={wizardSteps[step]?.waiting(context) ?? false}
              data-testid="wizard-next"
            >
              Next
            </Button>
          )}
        </SpaceBetween>
      }
      steps={wizardSteps.map((one, index) => ({
        title: one.title,
        description: one.description,
        errorText: tried && index === step && !last ? problem : undefined,
        content:
          index === step ? (
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
