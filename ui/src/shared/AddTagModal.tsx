import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../errors";
import type { AwsConnection, Commands, TagEffect } from "../ipc/generated";
import { ConfirmModal } from "./ConfirmModal";
import { formatExact, shortDigest } from "./format";
import { useAsyncAction } from "./useAsyncAction";
import { useRequest } from "./useRequest";
import { useSettled } from "./useSettled";

interface AddTagModalProps {
  backend: Pick<Commands, "imageTagCheck" | "imageTagAdd">;
  connection: AwsConnection;
  repository: string;
  image: { readonly digest: string; readonly tags: readonly string[] };
  /** Called when the tag was added, or when another image has it now. */
  onChanged: () => void;
  onClose: () => void;
}

/** Adds a tag to an image, after saying whether another image has it. */
export function AddTagModal(props: AddTagModalProps) {
  const { backend, connection, repository, image, onChanged, onClose } = props;
  const [text, setText] = useState("");
  const adding = useAsyncAction();
  const tag = text.trim();
  const { digest } = image;
  const settled = useSettled(tag);
  const check = useRequest(settled === "" ? null : `${repository} ${digest} ${settled}`, () =>
    backend.imageTagCheck(connection, repository, digest, settled),
  );
  const effect = settled === tag && !check.loading ? check.answer : null;
  const movesFrom = effect?.kind === "moved" ? effect.from : null;
  const add = async () => {
    const done = await adding.run(async () => {
      await backend.imageTagAdd(connection, repository, digest, tag, movesFrom);
    });
    // Also after a failure: another image may have the tag now.
    onChanged();
    if (done) {
      onClose();
    } else {
      check.reload();
    }
  };
  const error = adding.error ?? check.error;
  const isReady = effect?.kind === "added" || effect?.kind === "moved";
  return (
    <ConfirmModal
      header="Add a tag"
      closeLabel="Close"
      confirm={tag === "" ? "Add the tag" : `${movesFrom === null ? "Add" : "Move"} the tag ${tag}`}
      busy={adding.busy}
      disabled={!isReady}
      disabledReason={
        tag === ""
          ? "Enter a tag."
          : effect === null
            ? "Checking the tag."
            : "The image can’t get this tag."
      }
      name="add-tag"
      onConfirm={() => void add()}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        {error !== null && <ErrorAlert error={error} />}
        <FormField
          label="Tag"
          description={`For the image ${image.tags[0] ?? shortDigest(digest)} of ${repository}. The image itself is unchanged.`}
          constraintText="Such as prod or 1.4.2"
          errorText={
            effect?.kind === "invalid"
              ? "Use 1 to 128 letters, digits, “_”, “.”, or “-”, and don’t start with “.” or “-”."
              : undefined
          }
        >
          <Input
            value={text}
            autoFocus
            onChange={({ detail }) => {
              setText(detail.value);
              adding.dismiss();
            }}
            data-testid="add-tag-name"
          />
        </FormField>
        <div aria-live="polite" data-testid="add-tag-effect">
          {effect !== null && <EffectText tag={tag} effect={effect} tags={image.tags} />}
        </div>
      </SpaceBetween>
    </ConfirmModal>
  );
}

interface EffectTextProps {
  tag: string;
  effect: TagEffect;
  /** The tags of the image now. */
  tags: readonly string[];
}

/** What adding the tag would do, or why it isn't possible. */
function EffectText({ tag, effect, tags }: EffectTextProps) {
  switch (effect.kind) {
    case "invalid":
      return null;
    case "image_unavailable":
      return (
        <Alert type="warning">
          The image can’t be read: it is archived or being restored. Restore it, then add the tag.
        </Alert>
      );
    case "unchanged":
      return <Box>{`The image already has the tag ${tag}.`}</Box>;
    case "added":
      return (
        <Box>
          {`No image has the tag ${tag}.`}
          {tags.length === 0 &&
            " It will be the only tag of the image: ECR deletes the image with it, so adding the tag can’t be undone."}
        </Box>
      );
    case "moved": {
      const { from, other_tags, pushed_at_ms } = effect;
      const pushed = pushed_at_ms === null ? "" : `, pushed ${formatExact(pushed_at_ms)}`;
      return (
        <Alert type="warning">
          {`The tag ${tag} moves from ${shortDigest(from)}${pushed}. `}
          {other_tags.length > 0
            ? `That image keeps the ${other_tags.length === 1 ? "tag" : "tags"} ${other_tags.join(", ")}.`
            : "That image is untagged afterward: it can only be pulled by digest, and lifecycle policies for untagged images apply to it."}
        </Alert>
      );
    }
    case "immutable": {
      const { from, mutability, exclusion_filters } = effect;
      const filters = exclusion_filters.join(", ");
      const why =
        mutability === "immutable_with_exclusion"
          ? `The repository allows moving only tags that match ${filters}.`
          : mutability === "mutable_with_exclusion"
            ? `The repository doesn’t allow moving tags that match ${filters}.`
            : "Tags of the repository are immutable.";
      return (
        <Alert type="warning">
          {`${shortDigest(from)} has the tag ${tag}. ${why} Enter another tag.`}
        </Alert>
      );
    }
  }
}
