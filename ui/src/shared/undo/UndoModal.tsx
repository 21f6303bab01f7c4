import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import type { UndoPlan, UndoProgress, UndoReport } from "../../ipc/generated";
import { formatCounted } from "../format";
import { useRequest } from "../useRequest";
import { useWork } from "../useWork";
import { UndoPlanView } from "./UndoPlanView";
import { UndoReportView } from "./UndoReportView";
import { totalsText } from "./undoWords";

/** Who plans undos and carries them out. */
interface Undoes {
  migrationUndoPlan(migration: string): Promise<UndoPlan>;
  migrationUndo(undo: string, onProgress: (progress: UndoProgress) => void): Promise<UndoReport>;
  migrationUndoStop(undo: string): Promise<void>;
}

interface UndoModalProps {
  backend: Undoes;
  /** The migration whose images are taken away again. */
  migration: string;
  errorActions: ErrorActions;
  /** Something was taken away. */
  onUndone: () => void;
  onClose: () => void;
}

/** Shows what an undo would take away, asks, does it, and shows what it did. */
export function UndoModal(props: UndoModalProps) {
  const { backend, migration, errorActions, onUndone, onClose } = props;
  const planned = useRequest(`undo ${migration}`, () => backend.migrationUndoPlan(migration));
  const [progress, setProgress] = useState<UndoProgress | null>(null);
  const [report, setReport] = useState<UndoReport | null>(null);
  const { busy, error, run } = useWork();
  const plan = planned.answer;
  const totals = plan?.totals;
  const deleted = totals === undefined ? "" : totalsText(totals);
  const restored =
    totals !== undefined && totals.tags_restored > 0
      ? `Put back ${formatCounted(totals.tags_restored, "tag", "tags")}`
      : "";
  const confirm = deleted === "" ? restored : `Delete ${deleted}`;

  const undo = (id: string) =>
    run(async () => {
      setReport(await backend.migrationUndo(id, setProgress));
      onUndone();
    });

  return (
    <Modal
      visible
      size="large"
      header="Undo this migration"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            {plan !== null && busy && (
              <Button
                // One that is over meanwhile needs no stop.
                onClick={() => backend.migrationUndoStop(plan.undo).catch(() => {})}
                data-testid="undo-stop"
              >
                Stop
              </Button>
            )}
            <Button variant="link" onClick={onClose} data-testid="undo-close">
              {report === null && !busy ? "Cancel" : "Close"}
            </Button>
            {plan !== null && report === null && confirm !== "" && (
              <Button
                variant="primary"
                loading={busy}
                onClick={() => undo(plan.undo)}
                data-testid="undo-confirm"
              >
                {confirm}
              </Button>
            )}
          </SpaceBetween>
        </Box>
      }
      data-testid="undo-modal"
    >
      <SpaceBetween size="m">
        {error !== null && <ErrorAlert error={error} actions={errorActions} />}
        {planned.error !== null && (
          <ErrorAlert error={planned.error} actions={{ ...errorActions, retry: planned.reload }} />
        )}
        {planned.loading && (
          <div role="status">
            <Spinner /> ECR is asked what is there now.
          </div>
        )}
        {busy && plan !== null && (
          <ProgressBar
            label="Undo"
            value={progress === null ? 0 : (progress.done / Math.max(1, progress.total)) * 100}
            description="What is done stays done when you stop."
            data-testid="undo-progress"
          />
        )}
        {report !== null ? (
          <UndoReportView report={report} />
        ) : (
          plan !== null && !busy && <UndoPlanView plan={plan} />
        )}
      </SpaceBetween>
    </Modal>
  );
}
