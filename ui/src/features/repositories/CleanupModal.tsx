import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef, useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, CleanupProposal } from "../../ipc/generated";
import { formatCount, formatCounted, shortDigest } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";
import { RelativeTime } from "../../shared/RelativeTime";
import { type Deletion, deleteImages } from "./deleteImages";
import { sizeText } from "./LifecycleEffects";

interface CleanupModalProps {
  connection: AwsConnection;
  repository: string;
  proposal: CleanupProposal;
  title: string;
  errorActions: ErrorActions;
  /** Called when images may have been deleted. */
  onDeleted: () => void;
  onClose: () => void;
}

/** More images than this, or tagged ones, need the name of the repository as a confirmation. */
const unnamedLimit = 100;

/** The words of the button: `Delete 12 images with 3 tags`. */
function deleteWords(images: number, tags: number): string {
  const what = formatCounted(images, "image", "images");
  return tags === 0
    ? `Delete ${what}`
    : `Delete ${what} with ${formatCounted(tags, "tag", "tags")}`;
}

/** The images of a clean-up, the confirmation, and the result. A record is written before the first deletion. */
export function CleanupModal(props: CleanupModalProps) {
  const { connection, repository, proposal, title, errorActions, onDeleted, onClose } = props;
  const backend = useBackend();
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [record, setRecord] = useState<string | null>(null);
  const [deletion, setDeletion] = useState<Deletion | null>(null);
  const [error, setError] = useState<unknown>(null);
  const stop = useRef<AbortController | null>(null);
  const { images, deleted, freed } = proposal;
  const tags = images.reduce((sum, image) => sum + image.tags.length, 0);
  const needsName = tags > 0 || deleted.length > unnamedLimit;
  const finished = deletion !== null && !busy;

  const remove = async () => {
    setBusy(true);
    setError(null);
    stop.current = new AbortController();
    try {
      setRecord(
        await backend.repositoryCleanupRecord(connection, repository, proposal.class, deleted),
      );
      const outcome = await deleteImages(
        deleted.map((digest) => ({ digest, tags: [] })),
        (digests) =>
          backend.repositoryImagesDelete(
            connection,
            repository,
            digests.map((digest) => ({ kind: "image", digest })),
          ),
        setDeletion,
        stop.current.signal,
      );
      setDeletion(outcome);
      onDeleted();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };

  return (
    <Modal
      visible
      size="large"
      header={`${title} in ${repository}`}
      closeAriaLabel={finished ? "Close" : "Close without deleting"}
      onDismiss={() => {
        // Closing wouldn't stop the deletion and would hide its result.
        if (!busy) {
          onClose();
        }
      }}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            {busy && (
              <Button onClick={() => stop.current?.abort()} data-testid="cleanup-stop">
                Stop
              </Button>
            )}
            <Button variant="link" disabled={busy} onClick={onClose} data-testid="cleanup-close">
              {finished ? "Close" : "Cancel"}
            </Button>
            {!finished && (
              <Button
                variant="primary"
                loading={busy}
                disabled={needsName && typed.trim() !== repository}
                disabledReason={`Enter ${repository} to confirm.`}
                onClick={() => void remove()}
                data-testid="cleanup-confirm"
              >
                {deleteWords(deleted.length, tags)}
              </Button>
            )}
          </SpaceBetween>
        </Box>
      }
      data-testid="cleanup-modal"
    >
      <SpaceBetween size="m">
        {error !== null && (
          <ErrorAlert error={error} actions={{ ...errorActions, retry: () => void remove() }} />
        )}
        {busy && (
          <ProgressBar
            label="Deleting"
            value={((deletion?.deleted.length ?? 0) / deleted.length) * 100}
            description="If you stop, deleted images aren’t restored."
          />
        )}
        {finished && (
          <div role="status" data-testid="cleanup-result">
            <Alert type={deletion.deleted.length === deleted.length ? "success" : "warning"}>
              {`${formatCount(deletion.deleted.length)} of ${formatCounted(deleted.length, "image was", "images were")} deleted.`}
              {record !== null && ` Recorded in ${record}`}
            </Alert>
          </div>
        )}
        {finished && deletion.error !== null && (
          <ErrorAlert error={deletion.error} actions={errorActions} />
        )}
        {finished &&
          [...deletion.left]
            .slice(0, 1)
            .map(([digest, why]) => <ErrorAlert key={digest} error={why} actions={errorActions} />)}
        {deletion === null && (
          <Box data-testid="cleanup-summary">
            {`This permanently deletes ${formatCounted(images.length, "image", "images")}, with everything that belongs to them ${formatCounted(deleted.length, "image", "images")}, and frees ${sizeText(freed)}. Pulls by tag or digest will fail.`}
          </Box>
        )}
        <PagedTable
          variant="embedded"
          items={images}
          trackBy="digest"
          words={({ tags, digest }) => [...tags, digest]}
          finds="images by tag or digest"
          ariaLabels={{ tableLabel: "Images to delete" }}
          columnDefinitions={[
            {
              id: "tags",
              header: "Tags",
              isRowHeader: true,
              cell: ({ tags }) => (tags.length === 0 ? "Untagged" : tags.join(", ")),
            },
            {
              id: "pushed",
              header: "Pushed",
              cell: ({ pushed_at_ms }) => <RelativeTime timeMs={pushed_at_ms} />,
            },
            {
              id: "pulled",
              header: "Last pulled",
              cell: ({ pulled_at_ms }) => <RelativeTime timeMs={pulled_at_ms} />,
            },
            { id: "digest", header: "Digest", cell: ({ digest }) => shortDigest(digest) },
          ]}
          data-testid="cleanup-images"
        />
        {needsName && deletion === null && (
          <FormField label={`To confirm, enter ${repository}`}>
            <Input
              value={typed}
              autoComplete={false}
              spellcheck={false}
              onChange={({ detail }) => setTyped(detail.value)}
              data-testid="cleanup-name"
            />
          </FormField>
        )}
      </SpaceBetween>
    </Modal>
  );
}
