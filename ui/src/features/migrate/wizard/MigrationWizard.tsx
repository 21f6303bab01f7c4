import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc/BackendContext";
import type { AwsConnection, AwsIdentity, MigrationPlan } from "../../../ipc/generated";
import { exportName } from "../../../shared/exportName";
import { useFollowingContent } from "../../../shared/useFollowingContent";
import { type Draft, type StepId, stepOrder } from "./draft";
import { confirmedRepositories } from "./expiryConfirmation";
import type { DraftAction } from "./reducer";
import { SaveProfileButton } from "./SaveProfileButton";
import { StepBar } from "./StepBar";
import { useWizardData } from "./useWizardData";
import { WizardFooter } from "./WizardFooter";
import { wizardSteps } from "./wizardSteps";
import "./wizard.css";

interface MigrationWizardProps {
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

/** The wizard: steps at the top, the current step, and a footer that stays in view. */
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
  const [footer, setFooter] = useState<HTMLElement | null>(null);

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
      const name = exportName("migration-plan", plan.identity, Date.now(), "json");
      const path = await backend.savePathChoose(name);
      if (path !== null) {
        await confirmExpiry(plan);
        await backend.migrationPlanExport(plan.plan, path);
      }
    } catch (error) {
      setStartError(error);
    }
  };
  const context = {
    footer,
    draft,
    dispatch,
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
  /** Goes to a step, or to the first step before it that has a problem, and shows the problem. */
  const go = (target: number) => {
    const held = wizardSteps.findIndex(
      (one, at) =>
        at >= index &&
        at < target &&
        one.problem(context) !== null &&
        // The names of a later step are requested when a step shows them.
        (at === index || !one.waiting(context)),
    );
    if (held !== index) {
      show(stepOrder[held === -1 ? target : held]);
    }
    setTried(held !== -1);
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

  // The step bar and the footer answer the click at once; the rows of the step follow, in the background.
  const Content = step?.Content;
  const { content, isFollowing } = useFollowingContent(
    draft.step,
    Content !== undefined && <Content {...context} />,
  );
  return (
    <div className="wizard">
      <StepBar index={index} onStep={go} />
      <div className={isFollowing ? "wizard-content following" : "wizard-content"}>
        <SpaceBetween size="m">
          {startError !== null && <ErrorAlert error={startError} actions={context.errorActions} />}
          {content}
        </SpaceBetween>
      </div>
      <WizardFooter
        draft={draft}
        dispatch={dispatch}
        following={isFollowing}
        first={index === 0}
        last={last}
        error={tried && !last ? problem : null}
        startProblem={last ? problem : null}
        status={step?.status?.(context) ?? null}
        waiting={step?.waiting(context) ?? false}
        starting={starting}
        onSlot={setFooter}
        extras={<SaveProfileButton draft={draft} dispatch={dispatch} data={data} />}
        // The first plan has a progress bar with its own button.
        onStopPlan={last && data.plan.loading && data.plan.answer !== null ? data.plan.stop : null}
        onDownload={data.plan.answer === null ? null : () => exportPlan()}
        onPrevious={() => show(stepOrder[index - 1])}
        onNext={() => go(index + 1)}
        onStart={start}
      />
    </div>
  );
}
