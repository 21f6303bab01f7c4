/** The rules that choose tags, as the user types them and as the backend reads them. */
import type { TagPattern, TagPatternKind, TagRules } from "../../../ipc/generated";

/** Rules as entered in the fields. */
export interface TypedRules {
  readonly globs: string;
  readonly without: string;
  readonly versions: string;
  readonly regex: string;
  readonly newest: string;
  readonly pushedWithin: string;
  readonly pulledWithin: string;
}

function texts(patterns: readonly TagPattern[], kind: TagPatternKind): string[] {
  return patterns.filter((pattern) => pattern.kind === kind).map((pattern) => pattern.text);
}

/** Converts rules into field values. */
export function typedRules(rules: TagRules | null): TypedRules {
  const number = (value: number | null | undefined) => (value == null ? "" : String(value));
  return {
    globs: texts(rules?.include ?? [], "glob").join(", "),
    without: texts(rules?.exclude ?? [], "glob").join(", "),
    versions: texts(rules?.include ?? [], "versions").join(""),
    regex: texts(rules?.include ?? [], "regex").join(""),
    newest: number(rules?.newest),
    pushedWithin: number(rules?.pushed_within_days),
    pulledWithin: number(rules?.pulled_within_days),
  };
}

interface ReadRules {
  /** `null` if a field is invalid. */
  readonly rules: TagRules | null;
  readonly problems: Partial<Record<keyof TypedRules, string>>;
}

/** Parses the fields. The program parses the patterns. */
export function rulesOf(typed: TypedRules): ReadRules {
  const problems: Partial<Record<keyof TypedRules, string>> = {};
  const patterns = (text: string, kind: TagPatternKind, divided: boolean): TagPattern[] =>
    (divided ? text.split(/[\s,]+/) : [text])
      .map((part) => part.trim())
      .filter((part) => part !== "")
      .map((part) => ({ kind, text: part }));
  const count = (name: keyof TypedRules): number | null => {
    const text = typed[name].trim();
    if (text === "") {
      return null;
    }
    if (!/^[1-9]\d{0,8}$/.test(text)) {
      problems[name] = "Enter a number of 1 or more, or leave the field empty.";
      return null;
    }
    return Number(text);
  };
  const rules: TagRules = {
    include: [
      ...patterns(typed.globs, "glob", true),
      ...patterns(typed.regex, "regex", false),
      ...patterns(typed.versions, "versions", false),
    ],
    exclude: patterns(typed.without, "glob", true),
    pushed_within_days: count("pushedWithin"),
    pulled_within_days: count("pulledWithin"),
    newest: count("newest"),
  };
  return { rules: Object.keys(problems).length === 0 ? rules : null, problems };
}
