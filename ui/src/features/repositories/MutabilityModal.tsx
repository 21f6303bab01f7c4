import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type {
  AwsConnection,
  MutabilityEffect,
  Repository,
  TagMutability,
  TagMutabilitySetting,
} from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";
import { formatCount, formatCounted } from "../../shared/format";
import { MutabilityFields } from "../../shared/RepositorySettingsForm";
import { isKnown } from "../../shared/reported";
import { repositorySettingsProblems } from "../../shared/repositorySettings";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";
import { useSettled } from "../../shared/useSettled";

export interface MutabilityButtonProps {
  connection: AwsConnection;
  repository: Repository;
  /** Called when the repository was changed. */
  onChanged: () => void;
}

interface MutabilityModalProps extends MutabilityButtonProps {
  onClose: () => void;
}

/** Opens the dialog that changes whether tags can be moved. */
export function MutabilityButton(props: MutabilityButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="repository-mutability">
        Change tag mutability
      </Button>
      {isOpen && <MutabilityModal {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

/** More tags can't be read in a dialog. */
const listedTags = 20;

const confirmWords: Record<TagMutability, string> = {
  mutable: "Make tags mutable",
  immutable: "Make tags immutable",
  immutable_with_exclusion: "Make tags immutable, with exclusions",
  mutable_with_exclusion: "Make tags mutable, with exclusions",
};

/** Changes whether tags can be moved, after saying which pushes ECR would refuse. */
export function MutabilityModal(props: MutabilityModalProps) {
  const { connection, repository, onChanged, onClose } = props;
  const backend = useBackend();
  // The settings of the page change when it is loaded again.
  const [before] = useState(repository.settings);
  const [settings, setSettings] = useState(before);
  const saving = useAsyncAction();
  const { tag_mutability, exclusion_filters } = settings;
  const setting: TagMutabilitySetting | null = isKnown(tag_mutability)
    ? { tag_mutability, exclusion_filters }
    : null;
  const problems = repositorySettingsProblems(settings);
  const isValid =
    setting !== null &&
    problems.exclusion_filters === undefined &&
    problems.exclusion_filter_items === undefined;
  const isChanged =
    JSON.stringify([tag_mutability, exclusion_filters]) !==
    JSON.stringify([before.tag_mutability, before.exclusion_filters]);
  const key = isValid && isChanged ? JSON.stringify(setting) : "";
  const settled = useSettled(key);
  const check = useRequest(settled === "" ? null : `${repository.name} ${settled}`, () =>
    backend.repositoryMutabilityCheck(connection, repository.name, JSON.parse(settled)),
  );
  const effect = settled === key ? check.answer : null;
  const save = async () => {
    if (setting === null) {
      return;
    }
    const done = await saving.run(() =>
      backend.repositoryMutabilitySet(connection, repository.name, setting),
    );
    if (done) {
      onChanged();
      onClose();
    }
  };
  const error = saving.error ?? check.error;
  return (
    <ConfirmModal
      header={`Tag mutability of ${repository.name}`}
      closeLabel="Close"
      confirm={setting === null ? "Set tag mutability" : confirmWords[setting.tag_mutability]}
      busy={saving.busy}
      disabled={!isValid || !isChanged}
      disabledReason={isValid ? "Choose another tag mutability." : "Correct the filters."}
      name="mutability"
      onConfirm={() => void save()}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        {error !== null && <ErrorAlert error={error} />}
        <MutabilityFields
          value={settings}
          change={(part) => {
            setSettings({ ...settings, ...part });
            saving.dismiss();
          }}
          problems={problems}
          readOnly={saving.busy}
        />
        <div aria-live="polite" data-testid="mutability-effect">
          {effect !== null && <EffectText effect={effect} />}
        </div>
      </SpaceBetween>
    </ConfirmModal>
  );
}

/** Which pushes ECR refuses afterward. */
function EffectText({ effect }: { effect: MutabilityEffect }) {
  const { refused_tags, immutable_tags, mutable_tags } = effect;
  const counts = `${formatCounted(immutable_tags, "tag", "tags")} can’t be moved afterward, ${formatCount(mutable_tags)} can.`;
  if (refused_tags.length === 0) {
    return <Box>{counts}</Box>;
  }
  const named = refused_tags.slice(0, listedTags).join(", ");
  const more = refused_tags.length - listedTags;
  return (
    <Alert
      type="warning"
      header={`Builds that push ${refused_tags.length === 1 ? "this tag" : "these tags"} again will fail`}
    >
      {`${named}${more > 0 ? `, and ${formatCount(more)} more` : ""}. Their names suggest that builds move them. ECR refuses such a push. To allow it, exclude them with a filter. ${counts}`}
    </Alert>
  );
}
