import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { RenameRule, RenameRuleKind } from "../ipc/generated";
import { formatCounted } from "./format";
import { emptyRule, movedRule, rulePresets } from "./renameRules";

interface RenameRulesFieldProps {
  rules: readonly RenameRule[];
  /** Problems by rule. */
  problems: readonly (string | null)[];
  /** Number of matching repositories by rule. */
  renamed?: readonly number[];
  onChange: (rules: readonly RenameRule[]) => void;
}

const kinds: readonly { value: RenameRuleKind; label: string; description: string }[] = [
  {
    value: "glob",
    label: "Pattern",
    description: "Matches the whole name. * and ? are available as $1, $2, …",
  },
  { value: "regex", label: "Regular expression", description: "Matches any part of the name." },
];

/** An ordered list of rename rules. */
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
          Rename rules <i>- optional</i>
        </span>
      }
      description="Transload applies the rules to the source name in order, then adds the prefix. Without rules, the last part of the source name is used, or the whole name if two repositories would have the same name."
      stretch
    >
      <SpaceBetween size="s">
        <AttributeEditor
          items={rules}
          definition={[
            {
              label: "Find",
              control: (rule: RenameRule, place: number) => (
                <Input
                  value={rule.pattern}
                  placeholder={rule.kind === "glob" ? "team/*" : "^old-(.*)"}
                  spellcheck={false}
                  ariaLabel={`Rule ${place + 1}: find`}
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
              label: "Replace with",
              control: (rule: RenameRule, place: number) => (
                <Input
                  value={rule.replacement}
                  placeholder="$1"
                  spellcheck={false}
                  ariaLabel={`Rule ${place + 1}: replace with`}
                  onChange={({ detail }) => change(place, { replacement: detail.value })}
                  data-testid={`rename-replacement-${place}`}
                />
              ),
            },
            {
              label: "Pattern type",
              control: (rule: RenameRule, place: number) => (
                <Select
                  selectedOption={kinds.find((kind) => kind.value === rule.kind) ?? null}
                  options={kinds}
                  ariaLabel={`Rule ${place + 1}: pattern type`}
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
              ariaLabel={`Rule ${itemIndex + 1}: actions`}
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
          addButtonText="Add rule"
          empty="No rules"
          data-testid="rename-rules"
        />
        <ButtonDropdown
          items={[
            ...rulePresets.map(({ id, text, description }) => ({ id, text, description })),
            { id: "empty", text: "Empty rule" },
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
          Add rule
        </ButtonDropdown>
      </SpaceBetween>
    </FormField>
  );
}
