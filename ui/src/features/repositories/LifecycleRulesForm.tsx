import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { TextField } from "../../shared/TextField";
import {
  type CountType,
  countLabels,
  type FormRule,
  newRule,
  type TagSelection,
  tagLabels,
  withCount,
} from "./lifecyclePolicy";

interface LifecycleRulesFormProps {
  rules: readonly FormRule[];
  onChange: (rules: readonly FormRule[]) => void;
}

const options = <Value extends string>(labels: Record<Value, string>) =>
  (Object.keys(labels) as Value[]).map((value) => ({ value, label: labels[value] }));

const tagOptions = options(tagLabels);
const countOptions = options(countLabels);
const actionOptions = [
  { value: "expire", label: "Delete" },
  { value: "archive", label: "Archive" },
];

/** The rules of a lifecycle policy as a form, in the order in which they apply. */
export function LifecycleRulesForm({ rules, onChange }: LifecycleRulesFormProps) {
  const change = (position: number, rule: FormRule) =>
    onChange(rules.map((one, index) => (index === position ? rule : one)));
  return (
    <SpaceBetween size="s">
      {rules.map((rule, position) => (
        <Container
          // biome-ignore lint/suspicious/noArrayIndexKey: two rules can have the same priority while it is typed.
          key={position}
          header={
            <Header
              variant="h3"
              actions={
                <Button
                  iconName="remove"
                  variant="icon"
                  ariaLabel={`Remove rule ${rule.priority}`}
                  onClick={() => onChange(rules.filter((_, index) => index !== position))}
                />
              }
            >
              Rule {rule.priority}
            </Header>
          }
        >
          <ColumnLayout columns={3}>
            <FormField label="Images">
              <Select
                options={tagOptions}
                selectedOption={tagOptions.find(({ value }) => value === rule.tags) ?? null}
                onChange={({ detail }) =>
                  change(position, {
                    ...rule,
                    tags: detail.selectedOption.value as TagSelection,
                  })
                }
              />
            </FormField>
            {(rule.tags === "patterns" || rule.tags === "prefixes") && (
              <TextField
                label={rule.tags === "patterns" ? "Patterns" : "Prefixes"}
                description="Separated by spaces or commas. An image must match all of them."
                value={rule.list}
                placeholder={rule.tags === "patterns" ? "dev-*" : "dev-"}
                onChange={(value) => change(position, { ...rule, list: value })}
              />
            )}
            <FormField label="Condition">
              <Select
                options={countOptions}
                selectedOption={countOptions.find(({ value }) => value === rule.count) ?? null}
                onChange={({ detail }) =>
                  change(position, withCount(rule, detail.selectedOption.value as CountType))
                }
              />
            </FormField>
            <TextField
              label={rule.count === "imageCountMoreThan" ? "Number" : "Days"}
              type="number"
              value={rule.number}
              onChange={(value) => change(position, { ...rule, number: value })}
              testId={`lifecycle-number-${rule.priority}`}
            />
            <FormField
              label="Action"
              description={
                rule.count === "sinceImagePulled"
                  ? "ECR can only archive images by their last pull."
                  : undefined
              }
            >
              <Select
                options={actionOptions}
                disabled={
                  rule.count === "sinceImagePulled" || rule.count === "sinceImageTransitioned"
                }
                selectedOption={actionOptions[rule.archives ? 1 : 0] ?? null}
                onChange={({ detail }) =>
                  change(position, {
                    ...rule,
                    archives: detail.selectedOption.value === "archive",
                  })
                }
              />
            </FormField>
            <TextField
              label="Priority"
              description="Lower numbers apply first."
              type="number"
              value={String(rule.priority)}
              onChange={(value) => change(position, { ...rule, priority: Number(value) })}
            />
          </ColumnLayout>
        </Container>
      ))}
      {rules.length === 0 && <Box color="text-body-secondary">No rules. Images are kept.</Box>}
      <Button
        iconName="add-plus"
        onClick={() => onChange([...rules, newRule(rules)])}
        data-testid="lifecycle-add-rule"
      >
        Add rule
      </Button>
    </SpaceBetween>
  );
}
