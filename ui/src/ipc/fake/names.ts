import type { ProposedNames, RenameRule } from "../generated";

/** Compiles a rename rule, or throws if it is invalid. */
function expression(rule: RenameRule): RegExp {
  if (rule.kind === "regex") {
    return new RegExp(rule.pattern, "g");
  }
  const escaped = rule.pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  const lastStar = escaped.lastIndexOf("*");
  const groups = escaped.replace(/[*?]/g, (sign, at: number) =>
    sign === "?" ? "(.)" : at === lastStar ? "(.*)" : "(.*?)",
  );
  return new RegExp(`^${groups}$`, "g");
}

function problem(rule: RenameRule): string | null {
  try {
    expression(rule);
    return null;
  } catch {
    return `“${rule.pattern}” is not a regular expression.`;
  }
}

/** Fake name proposals. A simplified version of the rules of the program. */
export function fakeProposedNames(
  sources: readonly string[],
  rules: readonly RenameRule[],
): ProposedNames {
  const problems = rules.map(problem);
  const last = (name: string) => name.slice(name.lastIndexOf("/") + 1);
  const renamed = sources.map((source) => {
    let name = source;
    const matched: number[] = [];
    rules.forEach((rule, place) => {
      if (problems[place] === null && expression(rule).test(name)) {
        name = name.replace(expression(rule), rule.replacement);
        matched.push(place);
      }
    });
    return { source_repository: source, name, rules: matched };
  });
  const proposals = renamed.map((one) =>
    one.rules.length === 0 ? last(one.source_repository) : one.name,
  );
  const alone = (name: string) => proposals.filter((one) => one === name).length === 1;
  return {
    names: renamed.map((one) =>
      one.rules.length === 0 && alone(last(one.source_repository))
        ? { ...one, name: last(one.source_repository) }
        : one,
    ),
    problems,
  };
}
