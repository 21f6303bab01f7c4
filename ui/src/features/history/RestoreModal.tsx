import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc/BackendContext";
import type {
  DeletionEntry,
  RestorePlan,
  RestoreProgress,
  RestoreReport,
} from "../../ipc/generated";
import { shortDigest } from "../../shared/format";
import { MiddleEllipsis } from "../../shared/MiddleEllipsis";
import { PagedTable } from "../../shared/PagedTable";
import { isRestored, restoredOfText, restoreTotalsText } from "../../shared/restoreTotals";
import { PlannedUndoModal } from "../../shared/undo/PlannedUndoModal";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";
import { notRestorableText, restoreSummary } from "./restoreTexts";

interface RestoreModalProps {
  entry: DeletionEntry;
  /** Called after images may have been restored. */
  onRestored: () => void;
  onClose: () => void;
}

/** The dry run of an undo of a deletion, its confirmation, its progress, and what ECR refused. */
export function RestoreModal({ entry, onRestored, onClose }: RestoreModalProps) {
  const backend = useBackend();
  const planned = useRequest(`restore ${entry.deletion}`, () =>
    backend.restorePlan(entry.deletion),
  );
  const [progress, setProgress] = useState<RestoreProgress | null>(null);
  const [report, setReport] = useState<RestoreReport | null>(null);
  const action = useAsyncAction();
  const plan = planned.answer;

  return (
    <PlannedUndoModal
      header="Undo deletion"
      name="restore"
      planned={planned}
      action={action}
      progress={progress}
      progressLabel="Restoring"
      stopDescription="If you stop, restored images stay."
      // A restore that failed isn't repeated: another dry run shows what is left.
      confirm={
        plan !== null && plan.totals.images + plan.totals.tags > 0 && action.error === null
          ? `Restore ${restoreTotalsText(plan.totals)}`
          : null
      }
      isFinished={report !== null}
      // Closing wouldn't stop the restore and would hide its result.
      closesWhileRunning={false}
      onConfirm={({ restore }) =>
        action.run(async () => {
          setReport(await backend.restoreRun(restore, setProgress));
          onRestored();
        })
      }
      onStop={({ restore }) => backend.restoreStop(restore)}
      onClose={onClose}
      report={report !== null && <RestoreReportView report={report} />}
      showPlan={(plan) => <RestorePlanView plan={plan} />}
    />
  );
}

function RestoreReportView({ report }: { report: RestoreReport }) {
  const { planned, restored, failed } = report;
  const isWhole = isRestored(restored, planned);
  return (
    <SpaceBetween size="m">
      <Alert
        type={isWhole && failed.length === 0 ? "success" : "warning"}
        data-testid="restore-result"
      >
        {isWhole
          ? `${restoreTotalsText(restored)} restored.`
          : `${restoredOfText(restored, planned)} restored.`}
      </Alert>
      {failed.map(({ repository, digest, error }) => (
        <SpaceBetween size="xxs" key={`${repository} ${digest} ${error.message}`}>
          <Box>{shortDigest(digest)}</Box>
          <ErrorAlert error={error} />
        </SpaceBetween>
      ))}
    </SpaceBetween>
  );
}

function RestorePlanView({ plan }: { plan: RestorePlan }) {
  const restored = plan.repositories.flatMap(({ name, images }) =>
    images.map((image) => ({ name, image })),
  );
  const left = plan.repositories.flatMap(({ name, left }) => left.map((one) => ({ name, one })));
  return (
    <SpaceBetween size="m">
      <Box data-testid="restore-summary">{restoreSummary(plan)}</Box>
      {restored.length > 0 && (
        <PagedTable
          name="restored"
          variant="embedded"
          items={restored}
          trackBy={({ name, image }) => `${name} ${image.digest}`}
          words={({ name, image }) => [name, image.digest, ...image.tags]}
          finds="images by tag or digest"
          ariaLabels={{ tableLabel: "Images to restore" }}
          columnDefinitions={[
            {
              id: "image",
              header: "Image",
              isRowHeader: true,
              cell: ({ image }) => image.tags.join(", ") || shortDigest(image.digest),
            },
            { id: "repository", header: "Repository", cell: ({ name }) => name },
          ]}
        />
      )}
      {left.length > 0 && (
        <PagedTable
          name="not-restored"
          variant="embedded"
          items={left}
          trackBy={({ name, one }) => `${name} ${one.digest} ${JSON.stringify(one.why)}`}
          ariaLabels={{ tableLabel: "What can’t be restored" }}
          columnDefinitions={[
            {
              id: "image",
              header: "Not restored",
              isRowHeader: true,
              maxWidth: 300,
              cell: ({ one }) => (
                <MiddleEllipsis text={one.tags.join(", ") || shortDigest(one.digest)} />
              ),
            },
            { id: "why", header: "Reason", cell: ({ one }) => notRestorableText(one.why) },
          ]}
        />
      )}
    </SpaceBetween>
  );
}
