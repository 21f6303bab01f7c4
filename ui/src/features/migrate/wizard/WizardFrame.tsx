import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc/BackendContext";
import type { MigrationPlan } from "../../../ipc/generated";
import { exportName } from "../../../shared/exportName";
import { type StepId, stepOrder } from "./draft";
import { confirmedRepositories } from "./expiryConfirmation";
import { SaveProfileButton } from "./SaveProfileButton";
import { StepBar } from "./StepBar";
import { WizardFooter } from "./WizardFooter";
import type { StepContext } from "./wizardStep";
import { wizardSteps } from "./wizardSteps";

interface WizardFrameProps {
  context: StepContext;
  /** The content of the current step. A click on a button of the frame doesn't render it again. */
  content: ReactNode;
  /** Whether `content` is still that of the previous step. */
  isFollowing: boolean;
  /** Receives the element in which a step shows its own status. */
  onSlot: (element: HTMLElement | null) => void;
  onStarted: (job: string) => void;
}

/** The steps at the top, the content, and a footer that stays in view, with what its buttons do. */
export function WizardFrame(props: WizardFrameProps) {
  const { context, content, isFollowing, onStarted } = props;
  const { draft, dispatch, data } = context;
  const backend = useBackend();
  /** The step whose problem is shown, because the user tried to leave it. */
  const [tried, setTried] = useState<StepId | null>(null);
  const [starting, setStarting] = useState(false);
  const [failure, setFailure] = useState<{ step: StepId; error: unknown } | null>(null);
  const fail = (error: unknown) => setFailure({ step: draft.step, error });

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
    setFailure(null);
    try {
      const name = exportName("migration-plan", plan.identity, Date.now(), "json");
      const path = await backend.savePathChoose(name);
      if (path !== null) {
        await confirmExpiry(plan);
        await backend.migrationPlanExport(plan.plan, path);
      }
    } catch (error) {
      fail(error);
    }
  };
  const problem = step?.problem(context) ?? null;

  function show(id: StepId | undefined) {
    setTried(null);
    setFailure(null);
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
    setTried(held === -1 ? null : (stepOrder[held] ?? null));
  };
  const start = async () => {
    const plan = data.plan.answer;
    if (plan === null || problem !== null || starting) {
      return;
    }
    setStarting(true);
    setFailure(null);
    try {
      await confirmExpiry(plan);
      onStarted(await backend.migrationStart(plan.plan));
    } catch (error) {
      fail(error);
    } finally {
      setStarting(false);
    }
  };

  return (
    <div className="wizard">
      <StepBar index={index} onStep={go} />
      <div className={isFollowing ? "wizard-content following" : "wizard-content"}>
        <SpaceBetween size="m">
          {failure?.step === draft.step && <ErrorAlert error={failure.error} />}
          {content}
        </SpaceBetween>
      </div>
      <WizardFooter
        draft={draft}
        dispatch={dispatch}
        following={isFollowing}
        first={index === 0}
        last={last}
        error={tried === draft.step && !last ? problem : null}
        startProblem={last ? problem : null}
        status={step?.status?.(context) ?? null}
        waiting={step?.waiting(context) ?? false}
        starting={starting}
        onSlot={props.onSlot}
        extras={<SaveProfileButton draft={draft} dispatch={dispatch} data={data} />}
        // The first plan has a progress bar with its own button.
        onStopPlan={last && data.plan.loading && data.plan.answer !== null ? data.plan.stop : null}
        onDownload={data.plan.answer === null || data.plan.loading ? null : () => exportPlan()}
        onPrevious={() => show(stepOrder[index - 1])}
        onNext={() => go(index + 1)}
        onStart={start}
      />
    </div>
  );
}
