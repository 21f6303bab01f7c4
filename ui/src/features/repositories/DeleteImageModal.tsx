import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { ApiError, AwsConnection, ImageToDelete } from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";
import { formatCounted } from "../../shared/format";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { imageName, type RepositoryImageRow, withParts } from "./repositoryImageRows";

interface DeleteImageModalProps {
  connection: AwsConnection;
  repository: string;
  image: RepositoryImageRow;
  /** All images of the repository. */
  images: readonly RepositoryImageRow[];
  errorActions: ErrorActions;
  /** Called with what was deleted. */
  onDeleted: (what: string) => void;
  onClose: () => void;
}

/** The option for the whole image. Tags can't contain a blank. */
const whole = "the whole image";

/** ECR's answer for an image that another index still lists. */
const inIndexCode = "image_in_index";

export function DeleteImageModal(props: DeleteImageModalProps) {
  const { connection, repository, image, images, errorActions, onDeleted, onClose } = props;
  const backend = useBackend();
  const [choice, setChoice] = useState(whole);
  const [platformsIncluded, setPlatformsIncluded] = useState(true);
  const [left, setLeft] = useState<ApiError | null>(null);
  const { busy, error, run } = useAsyncAction();
  const parts = withParts([image], images).filter(({ id }) => id !== image.id);
  const referrers = parts.filter(({ kind }) => kind !== "image" && kind !== "index");
  const platforms = parts.filter(({ kind }) => kind === "image" || kind === "index");
  const choosable = image.tags.length > 1;
  const wanted: ImageToDelete =
    choice === whole ? { kind: "image", digest: image.digest } : { kind: "tag", tag: choice };
  const name =
    choice === whole
      ? image.tags.length === 0
        ? "this image"
        : `this image and ${formatCounted(image.tags.length, "tag", "tags")}`
      : `the tag ${choice}`;
  const deletesParts = choice === whole && platformsIncluded && parts.length > 0;

  const remove = () =>
    run(async () => {
      setLeft(null);
      const remove = (rows: readonly RepositoryImageRow[]) =>
        backend.repositoryImagesDelete(
          connection,
          repository,
          rows.map(({ digest }) => ({ kind: "image", digest })),
        );
      if (deletesParts && referrers.length > 0) {
        const [kept] = await remove(referrers);
        if (kept !== undefined) {
          setLeft(kept.error);
          return;
        }
      }
      const [first] = await backend.repositoryImagesDelete(connection, repository, [wanted]);
      if (first !== undefined) {
        setLeft(first.error);
        return;
      }
      if (deletesParts && platforms.length > 0) {
        const kept = await remove(platforms);
        const other = kept.find(({ error }) => error.code !== inIndexCode);
        if (other !== undefined) {
          setLeft(other.error);
          return;
        }
      }
      onDeleted(choice === whole ? imageName(image) : `tag ${choice}`);
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
        <KeyValuePairs
          items={[
            {
              label: image.tags.length === 1 ? "Tag" : "Tags",
              value: image.tags.length === 0 ? "Untagged" : image.tags.join(", "),
            },
            {
              label: "Digest",
              value: (
                <div style={{ overflowWrap: "anywhere" }}>
                  <Box variant="code">{image.digest}</Box>
                </div>
              ),
            },
          ]}
        />
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
        {choice === whole && parts.length > 0 && (
          <Checkbox
            checked={platformsIncluded}
            onChange={({ detail }) => setPlatformsIncluded(detail.checked)}
            description="Otherwise it stays in the repository. Images that another index lists are kept."
            data-testid="image-delete-platforms"
          >
            {`Also delete what belongs to it: ${[
              platforms.length > 0 &&
                formatCounted(platforms.length, "untagged image", "untagged images"),
              referrers.length > 0 && formatCounted(referrers.length, "referrer", "referrers"),
            ]
              .filter((text) => text !== false)
              .join(" and ")}`}
          </Checkbox>
        )}
        <Box>
          {choice === whole
            ? image.isUnread
              ? "This permanently deletes the index. Its platforms weren’t read and stay as untagged images."
              : "This permanently deletes the image. Pulls by tag or digest will fail."
            : "The tag is deleted in ECR. The image and its other tags are kept."}
        </Box>
      </SpaceBetween>
    </ConfirmModal>
  );
}
