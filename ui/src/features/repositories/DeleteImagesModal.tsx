import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef, useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection } from "../../ipc/generated";
import { formatCount, formatCounted } from "../../shared/format";
import { useNotify } from "../../shared/notify";
import { DeletedImagesTable, imagesAndTags } from "./DeletedImagesTable";
import { type Deletion, deleteImages, deletionBatchSize } from "./deleteImages";
import type { RepositoryImageRow } from "./repositoryImageRows";

interface DeleteImagesModalProps {
  connection: AwsConnection;
  repository: string;
  images: readonly RepositoryImageRow[];
  errorActions: ErrorActions;
  /** Called when images may have been deleted. */
  onDeleted: () => void;
  onClose: () => void;
}

/** Confirms and runs the deletion of several images, and shows the result of each. */
export function DeleteImagesModal(props: DeleteImagesModalProps) {
  const { connection, repository, images, errorActions, onDeleted, onClose } = props;
  const backend = useBackend();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const [stopping, setStopping] = useState(false);
  const stop = useRef<AbortController | null>(null);
  const [deletion, setDeletion] = useState<Deletion | null>(null);
  const what = imagesAndTags(images);
  // A running request can't be cancelled.
  const stoppable = images.length > deletionBatchSize;

  const remove = async () => {
    setBusy(true);
    setStopping(false);
    stop.current = new AbortController();
    const before = deletion?.deleted ?? [];
    const gone = new Set(before);
    const together = (part: Deletion) => ({ ...part, deleted: [...before, ...part.deleted] });
    const outcome = await deleteImages(
      images.filter(({ digest }) => !gone.has(digest)),
      (digests) =>
        backend.repositoryImagesDelete(
          connection,
          repository,
          digests.map((digest) => ({ kind: "image", digest })),
        ),
      (part) => setDeletion(together(part)),
      stop.current.signal,
    );
    setDeletion(together(outcome));
    setBusy(false);
    const deleted = before.length + outcome.deleted.length;
    notify({
      type: deleted === images.length ? "success" : "warning",
      header: `${formatCount(deleted)} of ${formatCounted(images.length, "image", "images")} deleted from ${repository}`,
    });
    onDeleted();
  };

  return (
    <Modal
      visible
      size="large"
      header={`Delete from ${repository}`}
      closeAriaLabel={deletion === null ? "Close without deleting" : "Close"}
      onDismiss={() => {
        // Closing wouldn't stop the deletion and would hide its result.
        if (!busy) {
          onClose();
        }
      }}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            {busy && stoppable && (
              <Button
                disabled={stopping}
                onClick={() => {
                  setStopping(true);
                  stop.current?.abort();
                }}
                data-testid="images-delete-stop"
              >
                Stop
              </Button>
            )}
            <Button
              variant="link"
              disabled={busy}
              onClick={onClose}
              data-testid="images-delete-close"
            >
              {deletion === null ? "Cancel" : "Close"}
            </Button>
            {(deletion === null || busy) && (
              <Button
                variant="primary"
                loading={busy}
                onClick={() => void remove()}
                data-testid="images-delete-confirm"
              >
                Delete {what}
              </Button>
            )}
          </SpaceBetween>
        </Box>
      }
      data-testid="images-delete-modal"
    >
      <SpaceBetween size="m">
        {busy && (
          <ProgressBar
            label="Deleting"
            value={((deletion?.deleted.length ?? 0) / images.length) * 100}
            description={
              stopping
                ? "Stopping after the current request."
                : stoppable
                  ? "If you stop, deleted images aren’t restored."
                  : "You can’t close this dialog until the deletion finishes."
            }
          />
        )}
        {!busy && deletion !== null && <DeletionAlert deletion={deletion} of={images.length} />}
        {!busy && deletion !== null && deletion.error !== null && (
          <ErrorAlert
            error={deletion.error}
            actions={{ ...errorActions, retry: () => void remove() }}
          />
        )}
        {deletion === null && (
          <Box>
            These {what} are permanently deleted in ECR. They can no longer be pulled by tag or
            digest.
          </Box>
        )}
        <DeletedImagesTable images={images} deletion={busy ? null : deletion} />
      </SpaceBetween>
    </Modal>
  );
}

function DeletionAlert({ deletion, of }: { deletion: Deletion; of: number }) {
  const all = deletion.deleted.length === of;
  const why = deletion.stopped
    ? "You stopped the deletion. The other images are unchanged and remain selected."
    : "See the table for the reason.";
  return (
    <div role="status" data-testid="images-delete-result">
      <Alert type={all ? "success" : "warning"}>
        {all
          ? `${formatCounted(of, "image was", "images were")} deleted.`
          : `${formatCount(deletion.deleted.length)} of ${formatCounted(of, "image", "images")} were deleted. ${why}`}
      </Alert>
    </div>
  );
}
