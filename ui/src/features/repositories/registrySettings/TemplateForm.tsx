import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import type { RegistryTemplate, RepositorySettings } from "../../../ipc/generated";
import { RepositoryPolicyField } from "../../../shared/RepositoryPolicyField";
import { EncryptionFields, MutabilityFields } from "../../../shared/RepositorySettingsForm";
import { RepositoryTagsField } from "../../../shared/RepositoryTagsField";
import { TextField } from "../../../shared/TextField";
import { LifecycleRulesForm } from "../LifecycleRulesForm";
import { type FormRule, formRules, policyText } from "../lifecyclePolicy";
import { ChangeModal, type ChangeModalProps } from "./ChangeModal";
import { root } from "./cacheRules";
import { BeforeAfter } from "./ScanningForm";
import {
  type EnteredTemplate,
  enteredTemplate,
  firstProblem,
  newTemplate,
  templateOf,
  templateProblems,
  templateSentences,
  templateUseLabels,
  templateUses,
} from "./templates";

type TemplateFormProps = Pick<ChangeModalProps, "connection" | "onChanged" | "onClose"> & {
  /** The template that is changed, or `null` for a new one. */
  template: RegistryTemplate | null;
  /** The ARN pattern of the repositories of the registry. */
  repositories: string;
  existing: readonly RegistryTemplate[];
};

/** Creates a template, or changes what it sets. */
export function TemplateForm({ template, repositories, existing, ...modal }: TemplateFormProps) {
  const [entered, setEntered] = useState<EnteredTemplate>(() =>
    template === null ? newTemplate : enteredTemplate(template),
  );
  const taken = template === null ? existing.map(({ prefix }) => prefix) : [];
  const problems = templateProblems(entered, repositories, taken);
  const wanted = templateOf(entered);
  const isUnchanged =
    template !== null &&
    JSON.stringify(wanted) === JSON.stringify(templateOf(enteredTemplate(template)));
  const reason = firstProblem(problems) ?? (isUnchanged ? "The template is unchanged." : undefined);
  const change = (part: Partial<EnteredTemplate>) => setEntered({ ...entered, ...part });
  const setSettings = (part: Partial<RepositorySettings>) =>
    change({ settings: { ...entered.settings, ...part } });
  const fields = {
    value: entered.settings,
    change: setSettings,
    problems: problems.settings ?? {},
    readOnly: false,
  };
  return (
    <ChangeModal
      {...modal}
      size="large"
      title={
        template === null
          ? "Create a repository creation template"
          : `Change the template ${template.prefix}`
      }
      confirm={template === null ? "Create template" : "Change the template"}
      change={
        reason !== undefined
          ? null
          : template === null
            ? { kind: "template_create", template: wanted }
            : { kind: "template_change", before: template, template: wanted }
      }
      disabledReason={reason}
    >
      <Box>
        Repositories that ECR creates get these settings. Existing repositories stay as they are.
      </Box>
      {template === null && (
        <TextField
          label="Prefix"
          description={`For example, team is for team/app. ${root} is for all repositories without a template of their own.`}
          errorText={entered.prefix.trim() === "" ? undefined : problems.prefix}
          value={entered.prefix}
          placeholder="team"
          onChange={(prefix) => change({ prefix })}
          testId="template-prefix"
        />
      )}
      <TextField
        label="Description"
        optional
        errorText={problems.description}
        stretch
        value={entered.description}
        onChange={(description) => change({ description })}
        testId="template-description"
      />
      <FormField label="Used when ECR creates a repository for" errorText={problems.uses}>
        {templateUses.map((use) => (
          <Checkbox
            key={use}
            checked={entered.uses.includes(use)}
            onChange={({ detail }) =>
              change({
                uses: templateUses.filter((one) =>
                  one === use ? detail.checked : entered.uses.includes(one),
                ),
              })
            }
            data-testid={`template-use-${use}`}
          >
            {templateUseLabels[use]}
          </Checkbox>
        ))}
      </FormField>
      <MutabilityFields {...fields} />
      <EncryptionFields
        {...fields}
        keyDescription="ARN of a key in this Region. If empty, ECR uses the AWS managed key."
      />
      <LifecyclePolicyField
        text={entered.lifecycle}
        problem={problems.lifecycle}
        onChange={(lifecycle) => change({ lifecycle })}
      />
      <RepositoryPolicyField
        policy={entered.settings.policy}
        problem={problems.settings?.policy}
        readOnly={false}
        onChange={(policy) => setSettings({ policy })}
      />
      <RepositoryTagsField
        tags={entered.settings.tags}
        problems={problems.settings ?? {}}
        readOnly={false}
        onChange={(tags) => setSettings({ tags })}
      />
      <TextField
        label="Role"
        optional
        description="ECR assumes this role to create the repositories. KMS keys and AWS tags need one."
        errorText={problems.role}
        stretch
        value={entered.role}
        placeholder="arn:aws:iam::111122223333:role/ecr-templates"
        onChange={(role) => change({ role })}
        testId="template-role"
      />
      {template !== null && (
        <BeforeAfter before={templateSentences(template)} after={templateSentences(wanted)} />
      )}
    </ChangeModal>
  );
}

interface LifecyclePolicyFieldProps {
  text: string;
  problem: string | undefined;
  onChange: (text: string) => void;
}

/** The lifecycle policy of new repositories: its rules as a form, or JSON. */
function LifecyclePolicyField({ text, problem, onChange }: LifecyclePolicyFieldProps) {
  const [isJson, setJson] = useState(false);
  // Rules as they are typed, which their text doesn't keep: a space at the end of a list, for example.
  const [typed, setTyped] = useState<{ text: string; rules: readonly FormRule[] } | null>(null);
  const rules =
    typed !== null && typed.text === text ? typed.rules : text.trim() === "" ? [] : formRules(text);
  const showsJson = isJson || rules === null;
  return (
    <SpaceBetween size="xs">
      <FormField
        label="Lifecycle policy"
        description="Without rules, no image expires."
        errorText={problem}
        stretch
      >
        <Toggle
          checked={showsJson}
          disabled={rules === null}
          onChange={({ detail }) => setJson(detail.checked)}
          data-testid="template-lifecycle-json"
        >
          Edit as JSON
        </Toggle>
      </FormField>
      {showsJson ? (
        <Textarea
          value={text}
          rows={10}
          spellcheck={false}
          ariaLabel="Lifecycle policy in JSON"
          onChange={({ detail }) => onChange(detail.value)}
          data-testid="template-lifecycle"
        />
      ) : (
        <LifecycleRulesForm
          rules={rules}
          onChange={(changed) => {
            const written = changed.length === 0 ? "" : policyText(changed);
            setTyped({ text: written, rules: changed });
            onChange(written);
          }}
        />
      )}
    </SpaceBetween>
  );
}
