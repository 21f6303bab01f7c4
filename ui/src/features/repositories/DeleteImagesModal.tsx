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
import { formatCounted } from "../../shared/format";
import { DeletedImagesTable, imagesAndTags } from "./DeletedImagesTable";
import { type Deletion, deletedTogether, deleteImages } from "./deleteImages";
import type { ImageRow } from "./imageRows";

interface DeleteImagesModalProps {
  connection: AwsConnection;
  repository: string;
  images: readonly ImageRow[];
  errorActions: ErrorActions;
  /** Some may be gone: the images are others now. */
  onDeleted: () => void;
  onClose: () => void;
}

/** Asks before several images are deleted, deletes them, and says what became of each. */
export function DeleteImagesModal(props: DeleteImagesModalProps) {
  const { connection, repository, images, errorActions, onDeleted, onClose } = props;
  const backend = useBackend();
  const [busy, setBusy] = useState(false);
  const [stopping, setStopping] = useState(false);
  const stop = useRef<AbortController | null>(null);
  const [deletion, setDeletion] = useState<Deletion | null>(null);
  const what = imagesAndTags(images);
  // What ECR was asked for in one call cannot be taken back.
  const stoppable = images.length > deletedTogether;

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
    onDeleted();
  };

  return (
    <Modal
      visible
      size="large"
      header={`Delete from ${repository}`}
      closeAriaLabel={deletion === null ? "Close without deleting" : "Close"}
      onDismiss={() => {
        // Closing would not stop it, and nobody would see what became of it.
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
                ? "It stops after those that ECR was asked for already."
                : stoppable
                  ? "This stays open until it is over. What is deleted stays deleted when you stop."
                  : "This stays open until it is over."
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
            These {what} are deleted in ECR for good. Whoever pulls one by tag or digest does not
            find it any more.
          </Box>
        )}
        <DeletedImagesTable images={images} deletion={busy ? null : deletion} />
      </SpaceBetween>
    </Modal>
  );
}

/** How much went, in a sentence. */
function DeletionAlert({ deletion, of }: { deletion: Deletion; of: number }) {
  const all = deletion.deleted.length === of;
  const why = deletion.stopped
    ? "You stopped it: the others are as they were, and stay selected."
    : "The table says why the others were not.";
  return (
    <div role="status" data-testid="images-delete-result">
      <Alert type={all ? "success" : "warning"}>
        {all
          ? `${formatCounted(of, "image was", "images were")} deleted.`
          : `${deletion.deleted.length} of ${formatCounted(of, "image", "images")} were deleted. ${why}`}
      </Alert>
    </div>
  );
}
