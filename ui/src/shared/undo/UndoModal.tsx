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
import { StopButton } from "../StopButton";
import { useAsyncAction } from "../useAsyncAction";
import { useRequest } from "../useRequest";
import { UndoPlanView } from "./UndoPlanView";
import { UndoReportView } from "./UndoReportView";
import { totalsText } from "./undoTexts";

/** The backend calls of an undo. */
interface Undoes {
  migrationUndoPlan(migration: string): Promise<UndoPlan>;
  migrationUndo(undo: string, onProgress: (progress: UndoProgress) => void): Promise<UndoReport>;
  migrationUndoStop(undo: string): Promise<void>;
}

interface UndoModalProps {
  backend: Undoes;
  migration: string;
  errorActions: ErrorActions;
  /** Called after images were deleted. */
  onUndone: () => void;
  onClose: () => void;
}

/** Plans an undo, asks for confirmation, runs it, and shows the report. */
export function UndoModal(props: UndoModalProps) {
  const { backend, migration, errorActions, onUndone, onClose } = props;
  const planned = useRequest(`undo ${migration}`, () => backend.migrationUndoPlan(migration));
  const [progress, setProgress] = useState<UndoProgress | null>(null);
  const [report, setReport] = useState<UndoReport | null>(null);
  const { busy, error, run } = useAsyncAction();
  const plan = planned.answer;
  const totals = plan?.totals;
  const deleted = totals === undefined ? "" : totalsText(totals);
  const restored =
    totals !== undefined && totals.tags_restored > 0
      ? `Restore ${formatCounted(totals.tags_restored, "tag", "tags")}`
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
      header="Undo migration"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            {plan !== null && busy && (
              <StopButton
                // A finished undo doesn't need a stop.
                onStop={() => backend.migrationUndoStop(plan.undo).catch(() => {})}
                data-testid="undo-stop"
              />
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
            <Spinner /> Checking the current state in ECR
          </div>
        )}
        {busy && plan !== null && (
          <ProgressBar
            label="Undo"
            value={progress === null ? 0 : (progress.done / Math.max(1, progress.total)) * 100}
            description="If you stop, completed changes aren’t reverted."
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
