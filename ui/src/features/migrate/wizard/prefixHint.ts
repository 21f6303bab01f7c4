import type { Draft, Proposals } from "./draft";

/**
 * Says what a prefix without a separator at its end does: `hub` and `builds` become `hubbuilds`, where most
 * users mean `hub/builds`. Returns `null` if there is no prefix, or it ends with a separator.
 */
export function prefixHint({ prefix }: Pick<Draft, "prefix">, proposals: Proposals): string | null {
  const [first] = proposals.values();
  return prefix === "" || first === undefined || /[/._-]$/.test(prefix)
    ? null
    : `The prefix doesn’t end with “/”: names become ${prefix}${first}, not ${prefix}/${first}.`;
}
