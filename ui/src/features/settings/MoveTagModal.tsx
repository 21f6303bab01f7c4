import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { ImageSource, SourceTag } from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";
import { shortDigest } from "../../shared/format";
import { useRequest } from "../../shared/useRequest";
import { useWork } from "../../shared/useWork";

interface MoveTagModalProps {
  errorActions: ErrorActions;
  /** A tag is at the image of another one now; a sentence says which. */
  onMoved: (said: string) => void;
  onClose: () => void;
}

const source: ImageSource = { kind: "practice_account" };

/** Moves a tag of practice's Docker Hub, as whoever pushes a tag anew does at the real one. */
export function MoveTagModal({ errorActions, onMoved, onClose }: MoveTagModalProps) {
  const backend = useBackend();
  const [repository, setRepository] = useState<string | null>(null);
  const [tag, setTag] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const { busy, error, run } = useWork();
  const repositories = useRequest("repositories", () => backend.sourceRepositories(source, null));
  const tags = useRequest(repository, () => backend.sourceTags(source, repository as string, null));
  const known = tags.answer?.tags ?? [];
  const moving = known.find((one) => one.tag === tag);
  // Images that the tag has already are no move.
  const others = known.filter(({ digest }) => digest !== moving?.digest);
  const chosen = others.find((one) => one.tag === to);

  const move = () =>
    run(async () => {
      if (repository !== null && moving !== undefined && chosen !== undefined) {
        await backend.practiceTagMove(repository, moving.tag, chosen.tag);
        onMoved(`${repository}:${moving.tag} is the image of ${chosen.tag} now.`);
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
      header="Move a tag"
      closeLabel="Close and move nothing"
      confirm="Move the tag"
      busy={busy}
      disabled={chosen === undefined}
      disabledReason="Choose a repository, the tag that moves, and the tag whose image it gets."
      name="practice-move"
      onConfirm={() => void move()}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        {failed !== null && (
          <ErrorAlert error={failed} actions={{ ...errorActions, retry: again }} />
        )}
        <Box>
          On a real Docker Hub a tag moves when somebody pushes it anew. Move one here to try what
          Transload does then: bring an image to ECR, move its tag, and choose <b>Run again</b> in
          the History. The review says that the tag is another image now, and asks what to do.{" "}
          <b>Reset practice</b> puts every tag back.
        </Box>
        <FormField label="Repository" description="Of practice’s Docker Hub account.">
          <Select
            selectedOption={repository === null ? null : { value: repository }}
            options={(repositories.answer?.repositories ?? []).map(({ name }) => ({ value: name }))}
            statusType={repositories.loading ? "loading" : "finished"}
            loadingText="Reading the account"
            placeholder="Choose a repository"
            empty="The account has no repository"
            expandToViewport
            onChange={({ detail }) => {
              setRepository(detail.selectedOption.value ?? null);
              setTag(null);
              setTo(null);
            }}
            data-testid="practice-move-repository"
          />
        </FormField>
        <FormField label="The tag that moves">
          <Select
            selectedOption={moving === undefined ? null : option(moving)}
            options={known.map(option)}
            statusType={tags.loading ? "loading" : "finished"}
            loadingText="Reading the tags"
            placeholder="Choose a tag"
            empty="The repository has no tag"
            disabled={repository === null}
            expandToViewport
            onChange={({ detail }) => {
              setTag(detail.selectedOption.value ?? null);
              setTo(null);
            }}
            data-testid="practice-move-tag"
          />
        </FormField>
        <FormField
          label="The tag whose image it gets"
          description="Tags that are the same image already are left out."
        >
          <Select
            selectedOption={chosen === undefined ? null : option(chosen)}
            options={others.map(option)}
            placeholder="Choose a tag"
            empty="No tag of this repository is another image"
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
