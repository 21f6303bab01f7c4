import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { RenameRule, RenameRuleKind } from "../ipc/generated";
import { formatCounted } from "./format";
import { emptyRule, movedRule, rulePresets } from "./renameRules";

/** Props of {@link RenameRulesField}. */
export interface RenameRulesFieldProps {
  rules: readonly RenameRule[];
  /** What is wrong with each rule. */
  problems: readonly (string | null)[];
  /** How many repositories each rule renames, where there are any. */
  renamed?: readonly number[];
  onChange: (rules: readonly RenameRule[]) => void;
}

const kinds: readonly { value: RenameRuleKind; label: string; description: string }[] = [
  { value: "glob", label: "Pattern", description: "The whole name; * and ? are $1, $2 …" },
  { value: "regex", label: "Regular expression", description: "Wherever it matches." },
];

/** How ECR names are made from those of the source: an ordered list of rules. */
export function RenameRulesField({ rules, problems, renamed, onChange }: RenameRulesFieldProps) {
  const change = (place: number, part: Partial<RenameRule>) =>
    onChange(rules.map((rule, at) => (at === place ? { ...rule, ...part } : rule)));
  const act = (place: number, action: string) => {
    if (action === "remove") {
      onChange(rules.filter((_, at) => at !== place));
    } else {
      onChange(movedRule(rules, place, action === "up" ? -1 : 1));
    }
  };

  return (
    <FormField
      label={
        <span>
          Rules for names <i>- optional</i>
        </span>
      }
      description="Applied to the source’s name one after another, before the prefix. Without any, a name is the last part of the source’s; the whole one where two would be the same."
      stretch
    >
      <SpaceBetween size="s">
        <AttributeEditor
          items={rules}
          definition={[
            {
              label: "Look for",
              control: (rule: RenameRule, place: number) => (
                <Input
                  value={rule.pattern}
                  placeholder={rule.kind === "glob" ? "team/*" : "^old-(.*)"}
                  spellcheck={false}
                  ariaLabel={`Rule ${place + 1}: look for`}
                  onChange={({ detail }) => change(place, { pattern: detail.value })}
                  data-testid={`rename-pattern-${place}`}
                />
              ),
              errorText: (_: RenameRule, place: number) => problems[place] ?? undefined,
              constraintText: (_: RenameRule, place: number) => {
                const count = problems[place] === null ? renamed?.[place] : undefined;
                return count === undefined
                  ? undefined
                  : `Matches ${formatCounted(count, "repository", "repositories")}.`;
              },
            },
            {
              label: "Put in its place",
              control: (rule: RenameRule, place: number) => (
                <Input
                  value={rule.replacement}
                  placeholder="$1"
                  spellcheck={false}
                  ariaLabel={`Rule ${place + 1}: put in its place`}
                  onChange={({ detail }) => change(place, { replacement: detail.value })}
                  data-testid={`rename-replacement-${place}`}
                />
              ),
            },
            {
              label: "Read as",
              control: (rule: RenameRule, place: number) => (
                <Select
                  selectedOption={kinds.find((kind) => kind.value === rule.kind) ?? null}
                  options={kinds}
                  ariaLabel={`Rule ${place + 1}: read as`}
                  expandToViewport
                  onChange={({ detail }) =>
                    change(place, { kind: detail.selectedOption.value as RenameRuleKind })
                  }
                  data-testid={`rename-kind-${place}`}
                />
              ),
            },
          ]}
          customRowActions={({ itemIndex }) => (
            <ButtonDropdown
              variant="icon"
              ariaLabel={`Rule ${itemIndex + 1}: move or remove`}
              expandToViewport
              items={[
                { id: "up", text: "Move up", disabled: itemIndex === 0 },
                { id: "down", text: "Move down", disabled: itemIndex === rules.length - 1 },
                { id: "remove", text: "Remove" },
              ]}
              onItemClick={({ detail }) => act(itemIndex, detail.id)}
              data-testid={`rename-actions-${itemIndex}`}
            />
          )}
          hideAddButton
          addButtonText="Add a rule"
          empty="No rule yet."
          data-testid="rename-rules"
        />
        <ButtonDropdown
          items={[
            ...rulePresets.map(({ id, text, description }) => ({ id, text, description })),
            { id: "empty", text: "An empty rule" },
          ]}
          expandToViewport
          onItemClick={({ detail }) =>
            onChange([
              ...rules,
              rulePresets.find((preset) => preset.id === detail.id)?.rule ?? emptyRule,
            ])
          }
          data-testid="rename-add"
        >
          Add a rule
        </ButtonDropdown>
      </SpaceBetween>
    </FormField>
  );
}
