import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { ApiError, AwsConnection, ImageToDelete } from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";
import { formatCounted } from "../../shared/format";
import { useAsyncAction } from "../../shared/useAsyncAction";
import type { RepositoryImageRow } from "./repositoryImageRows";

interface DeleteImageModalProps {
  connection: AwsConnection;
  repository: string;
  image: RepositoryImageRow;
  errorActions: ErrorActions;
  onDeleted: () => void;
  onClose: () => void;
}

/** The option for the whole image. Tags can't contain a blank. */
const whole = "the whole image";

export function DeleteImageModal(props: DeleteImageModalProps) {
  const { connection, repository, image, errorActions, onDeleted, onClose } = props;
  const backend = useBackend();
  const [choice, setChoice] = useState(whole);
  const [left, setLeft] = useState<ApiError | null>(null);
  const { busy, error, run } = useAsyncAction();
  const choosable = image.tags.length > 1;
  const wanted: ImageToDelete =
    choice === whole ? { kind: "image", digest: image.digest } : { kind: "tag", tag: choice };
  const name =
    choice === whole
      ? image.tags.length === 0
        ? "this image"
        : `this image and ${formatCounted(image.tags.length, "tag", "tags")}`
      : `the tag ${choice}`;

  const remove = () =>
    run(async () => {
      setLeft(null);
      const [first] = await backend.repositoryImagesDelete(connection, repository, [wanted]);
      if (first === undefined) {
        onDeleted();
      } else {
        setLeft(first.error);
      }
    });

  return (
    <ConfirmModal
      header={`Delete from ${repository}`}
      closeLabel="Close without deleting"
      confirm={`Delete ${name}`}
      busy={busy}
      name="image-delete"
      onConfirm={remove}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        {error !== null && (
          <ErrorAlert error={error} actions={{ ...errorActions, retry: remove }} />
        )}
        {left !== null && <ErrorAlert error={left} actions={{ ...errorActions, retry: remove }} />}
        <div style={{ overflowWrap: "anywhere" }}>
          <Box variant="code">{image.digest}</Box>
        </div>
        {choosable && (
          <FormField label="Delete">
            <RadioGroup
              value={choice}
              onChange={({ detail }) => setChoice(detail.value)}
              items={[
                { value: whole, label: `The image with its tags ${image.tags.join(", ")}` },
                ...image.tags.map((tag) => ({
                  value: tag,
                  label: `Only the tag ${tag} (keeps the image)`,
                })),
              ]}
            />
          </FormField>
        )}
        <Box>
          {choice === whole
            ? "The image is permanently deleted in ECR. It can no longer be pulled by tag or digest."
            : "The tag is deleted in ECR. The image and its other tags are kept."}
        </Box>
      </SpaceBetween>
    </ConfirmModal>
  );
}
