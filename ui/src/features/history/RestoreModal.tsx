import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc/BackendContext";
import type {
  DeletionEntry,
  RestorePlan,
  RestoreProgress,
  RestoreReport,
} from "../../ipc/generated";
import { formatCount, formatCounted, shortDigest } from "../../shared/format";
import { MiddleEllipsis } from "../../shared/MiddleEllipsis";
import { PagedTable } from "../../shared/PagedTable";
import { StopButton } from "../../shared/StopButton";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";
import { notRestorableText } from "./restoreTexts";

interface RestoreModalProps {
  entry: DeletionEntry;
  errorActions: ErrorActions;
  /** Called after images may have been restored. */
  onRestored: () => void;
  onClose: () => void;
}

const imagesOf = (count: number) => formatCounted(count, "image", "images");

/** The dry run of an undo of a deletion, its confirmation, its progress, and what ECR refused. */
export function RestoreModal({ entry, errorActions, onRestored, onClose }: RestoreModalProps) {
  const backend = useBackend();
  const planned = useRequest(`restore ${entry.deletion}`, () =>
    backend.restorePlan(entry.deletion),
  );
  const [progress, setProgress] = useState<RestoreProgress | null>(null);
  const [report, setReport] = useState<RestoreReport | null>(null);
  const { busy, error, run } = useAsyncAction();
  const plan = planned.answer;

  const restore = (id: string) =>
    run(async () => {
      setReport(await backend.restoreRun(id, setProgress));
      onRestored();
    });

  return (
    <Modal
      visible
      size="large"
      header="Undo deletion"
      closeAriaLabel="Close"
      onDismiss={() => {
        // Closing wouldn't stop the restore and would hide its result.
        if (!busy) {
          onClose();
        }
      }}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            {plan !== null && busy && (
              <StopButton
                // A finished restore doesn't need a stop.
                onStop={() => backend.restoreStop(plan.restore).catch(() => {})}
                data-testid="restore-stop"
              />
            )}
            <Button variant="link" disabled={busy} onClick={onClose} data-testid="restore-close">
              {report === null && plan !== null && plan.images > 0 ? "Cancel" : "Close"}
            </Button>
            {plan !== null && plan.images > 0 && report === null && error === null && (
              <Button
                variant="primary"
                loading={busy}
                onClick={() => restore(plan.restore)}
                data-testid="restore-confirm"
              >
                {`Restore ${imagesOf(plan.images)}`}
              </Button>
            )}
          </SpaceBetween>
        </Box>
      }
      data-testid="restore-modal"
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
        {busy && (
          <ProgressBar
            label="Restoring"
            value={progress === null ? 0 : (progress.done / Math.max(1, progress.total)) * 100}
            description="If you stop, restored images stay."
            data-testid="restore-progress"
          />
        )}
        {report !== null && (
          <Alert
            type={
              report.restored === report.planned && report.failed.length === 0
                ? "success"
                : "warning"
            }
            data-testid="restore-result"
          >
            {`${formatCount(report.restored)} of ${imagesOf(report.planned)} restored.`}
          </Alert>
        )}
        {report?.failed.map(({ repository, digest, error: why }) => (
          <SpaceBetween size="xxs" key={`${repository} ${digest} ${why.message}`}>
            <Box>{shortDigest(digest)}</Box>
            <ErrorAlert error={why} actions={errorActions} />
          </SpaceBetween>
        ))}
        {plan !== null && report === null && !busy && <RestorePlanView plan={plan} />}
      </SpaceBetween>
    </Modal>
  );
}

function RestorePlanView({ plan }: { plan: RestorePlan }) {
  const restored = plan.repositories.flatMap(({ name, images }) =>
    images.map((image) => ({ name, image })),
  );
  const left = plan.repositories.flatMap(({ name, left }) => left.map((one) => ({ name, one })));
  return (
    <SpaceBetween size="m">
      <Box data-testid="restore-summary">
        {plan.images === 0
          ? "Nothing can be restored."
          : `${imagesOf(plan.images)} can be pushed again, because ECR still has the layers. Dates of push and pull begin again.`}
      </Box>
      {restored.length > 0 && (
        <PagedTable
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
