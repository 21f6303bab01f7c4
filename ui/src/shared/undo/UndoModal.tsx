import { useState } from "react";
import type { Commands, UndoProgress, UndoReport } from "../../ipc/generated";
import { formatCounted } from "../format";
import { useAsyncAction } from "../useAsyncAction";
import { useRequest } from "../useRequest";
import { PlannedUndoModal } from "./PlannedUndoModal";
import { UndoPlanView } from "./UndoPlanView";
import { UndoReportView } from "./UndoReportView";
import { totalsText } from "./undoTexts";

interface UndoModalProps {
  backend: Pick<Commands, "migrationUndoPlan" | "migrationUndo" | "migrationUndoStop">;
  migration: string;
  /** Called after images were deleted. */
  onUndone: () => void;
  onClose: () => void;
}

/** Plans an undo, asks for confirmation, runs it, and shows the report. */
export function UndoModal(props: UndoModalProps) {
  const { backend, migration, onUndone, onClose } = props;
  const planned = useRequest(`undo ${migration}`, () => backend.migrationUndoPlan(migration));
  const [progress, setProgress] = useState<UndoProgress | null>(null);
  const [report, setReport] = useState<UndoReport | null>(null);
  const action = useAsyncAction();
  const totals = planned.answer?.totals;
  const deleted = totals === undefined ? "" : totalsText(totals);
  const restored =
    totals !== undefined && totals.tags_restored > 0
      ? `Restore ${formatCounted(totals.tags_restored, "tag", "tags")}`
      : "";
  const confirm = deleted === "" ? restored : `Delete ${deleted}`;

  return (
    <PlannedUndoModal
      header="Undo migration"
      name="undo"
      planned={planned}
      action={action}
      progress={progress}
      progressLabel="Undo"
      stopDescription="If you stop, completed changes aren’t reverted."
      confirm={confirm === "" ? null : confirm}
      isFinished={report !== null}
      closesWhileRunning
      onConfirm={({ undo }) =>
        action.run(async () => {
          setReport(await backend.migrationUndo(undo, setProgress));
          onUndone();
        })
      }
      onStop={({ undo }) => backend.migrationUndoStop(undo)}
      onClose={onClose}
      report={report !== null && <UndoReportView report={report} />}
      showPlan={(plan) => <UndoPlanView plan={plan} />}
    />
  );
}
