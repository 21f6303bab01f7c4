import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { ImageSource, SourceTag } from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";
import { shortDigest } from "../../shared/format";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";

interface MoveTagModalProps {
  onMoved: () => void;
  onClose: () => void;
}

const source: ImageSource = { kind: "practice_account" };

/** Moves a tag of the practice Docker Hub, to simulate a push of a new image. */
export function MoveTagModal({ onMoved, onClose }: MoveTagModalProps) {
  const backend = useBackend();
  const [repository, setRepository] = useState<string | null>(null);
  const [tag, setTag] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const { busy, error, run } = useAsyncAction();
  const repositories = useRequest("repositories", () => backend.sourceRepositories(source, null));
  const tags = useRequest(repository, () => backend.sourceTags(source, repository as string, null));
  const known = tags.answer?.tags ?? [];
  const moving = known.find((one) => one.tag === tag);
  // The current image of the tag isn't offered.
  const others = known.filter(({ digest }) => digest !== moving?.digest);
  const chosen = others.find((one) => one.tag === to);

  const move = () =>
    run(async () => {
      if (repository !== null && moving !== undefined && chosen !== undefined) {
        await backend.practiceTagMove(repository, moving.tag, chosen.tag);
        onMoved();
      }
    });
  const failed = error ?? repositories.error ?? tags.error;
  const again = () => {
    if (error !== null) {
      void move();
    } else if (repositories.error !== null) {
      repositories.reload();
    } else {
      tags.reload();
    }
  };

  return (
    <ConfirmModal
      header="Move tag"
      closeLabel="Close without moving"
      confirm="Move tag"
      busy={busy}
      disabled={chosen === undefined}
      disabledReason="Choose a repository, the tag to move, and the target image."
      name="practice-move"
      onConfirm={() => void move()}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        {failed !== null && <ErrorAlert error={failed} actions={{ retry: again }} />}
        <Box>
          On Docker Hub, a tag moves when a new image is pushed. To try how Transload handles this:
          migrate an image, move its tag, and choose <b>Run again</b> in the history. The Review
          step shows the conflict. <b>Reset practice mode</b> restores all tags.
        </Box>
        <FormField
          label="Repository"
          description="A repository of the practice Docker Hub account."
        >
          <Select
            selectedOption={repository === null ? null : { value: repository }}
            options={(repositories.answer?.repositories ?? []).map(({ name }) => ({ value: name }))}
            statusType={repositories.loading ? "loading" : "finished"}
            loadingText="Loading repositories"
            placeholder="Choose a repository"
            empty="No repositories"
            expandToViewport
            onChange={({ detail }) => {
              setRepository(detail.selectedOption.value ?? null);
              setTag(null);
              setTo(null);
            }}
            data-testid="practice-move-repository"
          />
        </FormField>
        <FormField label="Tag">
          <Select
            selectedOption={moving === undefined ? null : option(moving)}
            options={known.map(option)}
            statusType={tags.loading ? "loading" : "finished"}
            loadingText="Loading tags"
            placeholder="Choose a tag"
            empty="No tags"
            disabled={repository === null}
            expandToViewport
            onChange={({ detail }) => {
              setTag(detail.selectedOption.value ?? null);
              setTo(null);
            }}
            data-testid="practice-move-tag"
          />
        </FormField>
        <FormField label="Target image" description="Tags of other images in the repository.">
          <Select
            selectedOption={chosen === undefined ? null : option(chosen)}
            options={others.map(option)}
            placeholder="Choose a tag"
            empty="No other images"
            disabled={moving === undefined}
            expandToViewport
            onChange={({ detail }) => setTo(detail.selectedOption.value ?? null)}
            data-testid="practice-move-to"
          />
        </FormField>
      </SpaceBetween>
    </ConfirmModal>
  );
}

function option({ tag, digest }: SourceTag): SelectProps.Option {
  return { value: tag, label: tag, ...(digest !== null && { description: shortDigest(digest) }) };
}
