import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useRef, useState } from "react";
import { asApiError, type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { formatBytes, formatCounted } from "../../shared/format";
import { useRequest } from "../../shared/useRequest";
import { DeletedRepositoriesTable } from "./DeletedRepositoriesTable";
import {
  deleteRepositories,
  type RepositoryContent,
  type RepositoryResult,
  readContents,
} from "./deleteRepositories";

interface DeleteRepositoriesModalProps {
  connection: AwsConnection;
  names: readonly string[];
  errorActions: ErrorActions;
  /** Called with the names of the deleted repositories. */
  onDeleted: (names: readonly string[]) => void;
  onClose: () => void;
}

function named(names: readonly string[]): string {
  return names.length === 1
    ? (names[0] ?? "")
    : formatCounted(names.length, "repository", "repositories");
}

function imagesOf(contents: readonly RepositoryContent[]) {
  return contents.flatMap((one) => (one.kind === "read" ? one.details.images : []));
}

/** The word that confirms the deletion of images. */
const confirmation = "delete";

/**
 * Deletes repositories with their images. Reads and names everything that would be deleted first.
 */
export function DeleteRepositoriesModal(props: DeleteRepositoriesModalProps) {
  const { connection, names, errorActions, onDeleted, onClose } = props;
  const backend = useBackend();
  const contents = useRequest(`${connectionKey(connection)} ${names.join(" ")}`, () =>
    readContents(backend, connection, names),
  );
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [results, setResults] = useState<ReadonlyMap<string, RepositoryResult> | null>(null);
  const stop = useRef<AbortController | null>(null);
  const read = contents.answer ?? [];
  const images = imagesOf(read);
  const size = images.reduce((sum, image) => sum + (image.size_bytes ?? 0), 0);
  const finished = results !== null && !busy;
  const unconfirmed = images.length > 0 && typed.trim().toLowerCase() !== confirmation;
  const unreadable = read.filter(({ kind }) => kind === "failed");
  const failures = [...(results ?? [])].flatMap(([name, result]) =>
    result.kind === "kept" && result.error !== null ? [{ name, error: result.error }] : [],
  );

  const remove = async () => {
    setBusy(true);
    stop.current = new AbortController();
    const outcome = await deleteRepositories(
      backend,
      connection,
      read,
      setResults,
      stop.current.signal,
    );
    setResults(outcome);
    setBusy(false);
    const deleted = [...outcome].flatMap(([name, { kind }]) => (kind === "deleted" ? [name] : []));
    if (deleted.length > 0) {
      onDeleted(deleted);
    }
    if (deleted.length === names.length) {
      onClose();
    }
  };

  return (
    <Modal
      visible
      size="large"
      header={`Delete ${named(names)}`}
      closeAriaLabel={results === null ? "Close without deleting" : "Close"}
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
              <Button onClick={() => stop.current?.abort()} data-testid="repository-delete-stop">
                Stop
              </Button>
            )}
            <Button
              variant="link"
              disabled={busy}
              onClick={onClose}
              data-testid="repository-delete-cancel"
            >
              {finished ? "Close" : "Cancel"}
            </Button>
            {!finished && (
              <Button
                variant="primary"
                loading={busy}
                disabled={contents.answer === null || unconfirmed || unreadable.length > 0}
                disabledReason={
                  contents.answer === null
                    ? "Reading the repositories."
                    : unreadable.length > 0
                      ? "A repository couldn’t be read."
                      : `Enter ${confirmation} to confirm.`
                }
                onClick={() => void remove()}
                data-testid="repository-delete-confirm"
              >
                Delete {named(names)}
              </Button>
            )}
          </SpaceBetween>
        </Box>
      }
      data-testid="repository-delete-modal"
    >
      <SpaceBetween size="m">
        {contents.answer === null && contents.error === null && (
          <StatusIndicator type="loading">Reading the images</StatusIndicator>
        )}
        {busy && (
          <ProgressBar
            label="Deleting"
            value={((results?.size ?? 0) / names.length) * 100}
            description="If you stop, deleted images aren’t restored."
          />
        )}
        {unreadable.map((one) => (
          <ErrorAlert
            key={one.name}
            error={one.kind === "failed" ? one.error : null}
            actions={{ ...errorActions, retry: contents.reload }}
          />
        ))}
        {finished && (
          <Alert type="warning">
            {`${[...results.values()].filter(({ kind }) => kind === "deleted").length} of ${formatCounted(names.length, "repository", "repositories")} deleted. The others are kept.`}
          </Alert>
        )}
        {failures.map(({ name, error }) => (
          <ErrorAlert key={name} error={asApiError(error)} actions={errorActions} />
        ))}
        {contents.answer !== null && results === null && (
          <Box data-testid="repository-delete-summary">
            {images.length === 0
              ? `${names.length === 1 ? "The repository contains" : "The repositories contain"} no images. ${named(names)} and the settings are permanently deleted in ECR.`
              : `This permanently deletes ${formatCounted(images.length, "image", "images")} (${formatBytes(size)}) and ${named(names)} in ECR. Pulls by tag or digest will fail.`}
          </Box>
        )}
        {images.length > 0 && <DeletedRepositoriesTable contents={read} results={results} />}
        {images.length > 0 && results === null && (
          <FormField label={`To confirm, enter ${confirmation}`}>
            <Input
              value={typed}
              autoComplete={false}
              spellcheck={false}
              onChange={({ detail }) => setTyped(detail.value)}
              data-testid="repository-delete-name"
            />
          </FormField>
        )}
      </SpaceBetween>
    </Modal>
  );
}
