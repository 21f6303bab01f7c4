import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import type {
  Encryption,
  LifecyclePreset,
  RepositorySettings,
  TagMutability,
} from "../ipc/generated";
import { RepositoryPolicyField } from "./RepositoryPolicyField";
import { RepositoryTagsField } from "./RepositoryTagsField";
import { isKnown } from "./reported";
import {
  hasExclusions,
  maxExclusionFilters,
  mutabilityLabels,
  type RepositorySettingsProblems,
  repositorySettingsProblems,
} from "./repositorySettings";
import { TextField } from "./TextField";

interface RepositorySettingsFormProps {
  value: RepositorySettings;
  onChange: (value: RepositorySettings) => void;
  readOnly?: boolean;
}

const mutabilityOptions: readonly (SelectProps.Option & { value: TagMutability })[] = [
  {
    value: "mutable",
    label: mutabilityLabels.mutable,
    description: "Tags can be overwritten.",
  },
  {
    value: "immutable",
    label: mutabilityLabels.immutable,
    description: "Existing tags can’t be overwritten.",
  },
  {
    value: "immutable_with_exclusion",
    label: mutabilityLabels.immutable_with_exclusion,
    description: "Existing tags can’t be overwritten, except tags that match a filter.",
  },
  {
    value: "mutable_with_exclusion",
    label: mutabilityLabels.mutable_with_exclusion,
    description: "Tags can be overwritten, except tags that match a filter.",
  },
];

const lifecycleOptions: readonly (SelectProps.Option & { value: LifecyclePreset["kind"] })[] = [
  { value: "none", label: "Keep all images", description: "No lifecycle policy." },
  {
    value: "keep_newest",
    label: "Keep the newest images",
    description: "ECR expires the oldest images above this number.",
  },
  {
    value: "expire_untagged",
    label: "Expire untagged images",
    description: "ECR expires untagged images a number of days after the push.",
  },
];

const keyOfRepository =
  "Key ID, alias, or ARN of a key in the Region of the repository. If empty, ECR uses the AWS managed key.";

/** Initial values of the presets. */
const lifecyclePresets: Record<LifecyclePreset["kind"], LifecyclePreset> = {
  none: { kind: "none" },
  keep_newest: { kind: "keep_newest", count: 100 },
  expire_untagged: { kind: "expire_untagged", days: 14 },
};

/**
 * The form for repository settings: the template of the wizard, custom settings of a row, and saved
 * profiles. Shows problems next to the fields. The caller checks `repositorySettingsValid` before
 * it continues.
 */
export function RepositorySettingsForm({
  value,
  onChange,
  readOnly = false,
}: RepositorySettingsFormProps) {
  const problems = repositorySettingsProblems(value);
  const change = (part: Partial<RepositorySettings>) => onChange({ ...value, ...part });

  return (
    <SpaceBetween size="l">
      <MutabilityFields value={value} change={change} problems={problems} readOnly={readOnly} />
      <FormField
        label="Image scanning"
        description="Registry-level scanning settings of the account override this setting."
      >
        <Toggle
          checked={value.scan_on_push}
          readOnly={readOnly}
          onChange={({ detail }) => change({ scan_on_push: detail.checked })}
          data-testid="settings-scan-on-push"
        >
          Scan on push
        </Toggle>
      </FormField>
      <EncryptionFields value={value} change={change} problems={problems} readOnly={readOnly} />
      <LifecycleFields value={value} change={change} problems={problems} readOnly={readOnly} />
      <RepositoryPolicyField
        policy={value.policy}
        problem={problems.policy}
        readOnly={readOnly}
        onChange={(policy) => change({ policy })}
      />
      <RepositoryTagsField
        tags={value.tags}
        problems={problems}
        readOnly={readOnly}
        onChange={(tags) => change({ tags })}
      />
    </SpaceBetween>
  );
}

interface FieldsProps {
  value: RepositorySettings;
  change: (part: Partial<RepositorySettings>) => void;
  problems: RepositorySettingsProblems;
  readOnly: boolean;
}

/** Whether tags can be overwritten, with the exceptions. */
export function MutabilityFields({ value, change, problems, readOnly }: FieldsProps) {
  const filters = value.exclusion_filters;
  const setFilter = (index: number, filter: string) =>
    change({ exclusion_filters: filters.map((old, at) => (at === index ? filter : old)) });
  const setMutability = (mutability: TagMutability) => {
    if (!hasExclusions(mutability)) {
      change({ tag_mutability: mutability, exclusion_filters: [] });
    } else {
      change({
        tag_mutability: mutability,
        exclusion_filters: filters.length === 0 ? ["latest"] : filters,
      });
    }
  };

  return (
    <SpaceBetween size="s">
      <FormField
        label="Tag mutability"
        description="Determines whether a push can overwrite an existing tag."
      >
        <Select
          selectedOption={
            mutabilityOptions.find((option) => option.value === value.tag_mutability) ?? null
          }
          options={mutabilityOptions}
          readOnly={readOnly}
          expandToViewport
          onChange={({ detail }) => setMutability(detail.selectedOption.value as TagMutability)}
          data-testid="settings-mutability"
        />
      </FormField>
      {hasExclusions(value.tag_mutability) && (
        <FormField
          label="Exclusion filters"
          description="Tag patterns, for example latest or dev-*. “*” matches any characters."
          errorText={problems.exclusion_filters}
          stretch
        >
          <AttributeEditor
            items={filters}
            definition={[
              {
                label: "Pattern",
                control: (filter: string, index: number) => (
                  <Input
                    value={filter}
                    readOnly={readOnly}
                    placeholder="dev-*"
                    spellcheck={false}
                    ariaLabel={`Filter ${index + 1}`}
                    onChange={({ detail }) => setFilter(index, detail.value)}
                    data-testid={`settings-exclusion-${index}`}
                  />
                ),
                errorText: (_filter: string, index: number) =>
                  problems.exclusion_filter_items?.[index],
              },
            ]}
            addButtonText="Add filter"
            removeButtonText="Remove"
            removeButtonAriaLabel={(filter: string) => `Remove filter ${filter}`}
            disableAddButton={readOnly || filters.length >= maxExclusionFilters}
            isItemRemovable={() => !readOnly}
            additionalInfo={`You can add up to ${maxExclusionFilters} filters.`}
            empty="No filters"
            onAddButtonClick={() => change({ exclusion_filters: [...filters, ""] })}
            onRemoveButtonClick={({ detail }) =>
              change({ exclusion_filters: filters.filter((_, at) => at !== detail.itemIndex) })
            }
            data-testid="settings-exclusions"
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}

interface EncryptionFieldsProps extends FieldsProps {
  /** What the KMS key can be. */
  keyDescription?: string;
}

/** The encryption at rest, with its key. */
export function EncryptionFields(props: EncryptionFieldsProps) {
  const { value, change, problems, readOnly } = props;
  const { keyDescription = keyOfRepository } = props;
  // A form starts with settings that Transload knows.
  const encryption: Encryption = isKnown(value.encryption) ? value.encryption : { kind: "aes256" };
  const key = encryption.kind === "aes256" ? null : encryption.key;
  const setKind = (kind: string) => {
    if (kind === "kms" || kind === "kms_dual_layer") {
      change({ encryption: { kind, key } });
    } else {
      change({ encryption: { kind: "aes256" } });
    }
  };
  const setKey = (text: string) => {
    if (encryption.kind !== "aes256") {
      const changed: Encryption = { kind: encryption.kind, key: text === "" ? null : text };
      change({ encryption: changed });
    }
  };

  return (
    <SpaceBetween size="s">
      <FormField
        label="Encryption"
        description="Encryption of the images at rest. You can’t change this setting after the repository is created."
      >
        <RadioGroup
          value={encryption.kind}
          readOnly={readOnly}
          onChange={({ detail }) => setKind(detail.value)}
          items={[
            {
              value: "aes256",
              label: "AES-256",
              description: "Uses encryption keys that Amazon S3 manages. No additional cost.",
            },
            {
              value: "kms",
              label: "AWS KMS",
              description: "Uses an AWS Key Management Service key. KMS charges apply.",
            },
            {
              value: "kms_dual_layer",
              label: "AWS KMS, dual layer",
              description: "Applies two layers of encryption, for compliance requirements.",
            },
          ]}
          data-testid="settings-encryption"
        />
      </FormField>
      {encryption.kind !== "aes256" && (
        <TextField
          label="KMS key"
          optional
          description={keyDescription}
          errorText={problems.kms_key}
          value={key ?? ""}
          readOnly={readOnly}
          placeholder={
            keyDescription === keyOfRepository
              ? "alias/my-key"
              : "arn:aws:kms:eu-west-1:111122223333:key/KEY-ID"
          }
          onChange={setKey}
          testId="settings-kms-key"
        />
      )}
    </SpaceBetween>
  );
}

function LifecycleFields({ value, change, problems, readOnly }: FieldsProps) {
  const lifecycle = value.lifecycle;

  return (
    <SpaceBetween size="s">
      <FormField
        label="Lifecycle policy"
        description="Determines which images ECR expires automatically."
      >
        <Select
          selectedOption={
            lifecycleOptions.find((option) => option.value === lifecycle.kind) ?? null
          }
          options={lifecycleOptions}
          readOnly={readOnly}
          expandToViewport
          onChange={({ detail }) =>
            change({
              lifecycle: lifecyclePresets[detail.selectedOption.value as LifecyclePreset["kind"]],
            })
          }
          data-testid="settings-lifecycle"
        />
      </FormField>
      {lifecycle.kind === "keep_newest" && (
        <TextField
          label="Number of images to keep"
          errorText={problems.lifecycle}
          type="number"
          inputMode="numeric"
          value={lifecycle.count === 0 ? "" : String(lifecycle.count)}
          readOnly={readOnly}
          onChange={(value) => change({ lifecycle: { kind: "keep_newest", count: Number(value) } })}
          testId="settings-lifecycle-count"
        />
      )}
      {lifecycle.kind === "expire_untagged" && (
        <TextField
          label="Days after push"
          errorText={problems.lifecycle}
          type="number"
          inputMode="numeric"
          value={lifecycle.days === 0 ? "" : String(lifecycle.days)}
          readOnly={readOnly}
          onChange={(value) =>
            change({ lifecycle: { kind: "expire_untagged", days: Number(value) } })
          }
          testId="settings-lifecycle-days"
        />
      )}
    </SpaceBetween>
  );
}
