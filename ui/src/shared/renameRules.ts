/** Ready-made rules that rename repositories, and changes of their order. */
import type { RenameRule } from "../ipc/generated";

interface RulePreset {
  readonly id: string;
  readonly text: string;
  readonly description: string;
  readonly rule: RenameRule;
}

export const rulePresets: readonly RulePreset[] = [
  {
    id: "strip",
    text: "Remove namespace",
    description: "team/web/app becomes web/app",
    rule: { kind: "glob", pattern: "*/*", replacement: "$2" },
  },
  {
    id: "keep",
    text: "Keep the whole name",
    description: "team/app stays team/app",
    rule: { kind: "glob", pattern: "*", replacement: "$1" },
  },
  {
    id: "flatten",
    text: "Join the parts with a dash",
    description: "team/app becomes team-app",
    rule: { kind: "regex", pattern: "/", replacement: "-" },
  },
  {
    id: "beginning",
    text: "Replace how it begins",
    description: "old-app becomes new-app",
    rule: { kind: "regex", pattern: "^old-", replacement: "new-" },
  },
];

export const emptyRule: RenameRule = { kind: "glob", pattern: "", replacement: "" };

/** Moves a rule up or down. */
export function movedRule(
  rules: readonly RenameRule[],
  place: number,
  by: -1 | 1,
): readonly RenameRule[] {
  const [one, other] = [rules[place], rules[place + by]];
  if (one === undefined || other === undefined) {
    return rules;
  }
  return rules.map((rule, at) => (at === place ? other : at === place + by ? one : rule));
}
