/**
 * The dialog of an undo: its dry run, its confirmation, its progress, and its report. `UndoModal` uses it for
 * migrations, and `RestoreModal` for deletions.
 */
import Modal from "@cloudscape-design/components/modal";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";
import { ErrorAlert } from "../../errors";
import { DialogFooter } from "../DialogFooter";
import { StopButton } from "../StopButton";
import type { useAsyncAction } from "../useAsyncAction";
import type { useRequest } from "../useRequest";

/** How much of an undo is done. */
interface Progress {
  readonly done: number;
  readonly total: number;
}

interface PlannedUndoModalProps<Plan> {
  header: string;
  /** The prefix of the test IDs. */
  name: string;
  planned: ReturnType<typeof useRequest<Plan>>;
  action: ReturnType<typeof useAsyncAction>;
  progress: Progress | null;
  progressLabel: string;
  /** What happens to completed changes if the user stops. */
  stopDescription: string;
  /** The button that runs the plan, or `null` if there is nothing to confirm. */
  confirm: string | null;
  /** Whether there is a report, so that only *Close* is left. */
  isFinished: boolean;
  /** Whether the dialog can be closed while the undo runs. */
  closesWhileRunning: boolean;
  onConfirm: (plan: Plan) => void;
  onStop: (plan: Plan) => Promise<unknown>;
  onClose: () => void;
  report: ReactNode;
  /** Shows the plan until it runs. */
  showPlan: (plan: Plan) => ReactNode;
}

export function PlannedUndoModal<Plan>(props: PlannedUndoModalProps<Plan>) {
  const { name, planned, progress, confirm, isFinished, onClose } = props;
  const { busy, error } = props.action;
  const plan = planned.answer;
  const isLocked = busy && !props.closesWhileRunning;
  const canConfirm = plan !== null && !isFinished && confirm !== null;
  return (
    <Modal
      visible
      size="large"
      header={props.header}
      closeAriaLabel="Close"
      onDismiss={() => {
        if (!isLocked) {
          onClose();
        }
      }}
      footer={
        <DialogFooter
          closeLabel={canConfirm && !busy ? "Cancel" : "Close"}
          isLocked={isLocked}
          onClose={onClose}
          closeTestId={`${name}-close`}
          confirm={
            canConfirm
              ? {
                  label: confirm,
                  busy,
                  onConfirm: () => props.onConfirm(plan),
                  testId: `${name}-confirm`,
                }
              : null
          }
        >
          {plan !== null && busy && (
            <StopButton
              // A finished undo doesn't need a stop.
              onStop={() => props.onStop(plan).catch(() => {})}
              data-testid={`${name}-stop`}
            />
          )}
        </DialogFooter>
      }
      data-testid={`${name}-modal`}
    >
      <SpaceBetween size="m">
        {error !== null && <ErrorAlert error={error} />}
        {planned.error !== null && (
          <ErrorAlert error={planned.error} actions={{ retry: planned.reload }} />
        )}
        {planned.loading && (
          <div role="status">
            <Spinner /> Checking the current state in ECR
          </div>
        )}
        {busy && plan !== null && (
          <ProgressBar
            label={props.progressLabel}
            value={progress === null ? 0 : (progress.done / Math.max(1, progress.total)) * 100}
            description={props.stopDescription}
            data-testid={`${name}-progress`}
          />
        )}
        {isFinished && props.report}
        {plan !== null && !isFinished && !busy && props.showPlan(plan)}
      </SpaceBetween>
    </Modal>
  );
}
