/** The policies of repositories in the fake backend, for the Access tab. */
import type { Backend } from "../backend";
import type { AccessWords, StatementWords } from "../generated";
import { fakeError } from "./error";

/** A statement in words, which lets another account pull. */
export function fakeStatement(part: Partial<StatementWords> = {}): StatementWords {
  return {
    name: "Pull",
    effect: "allow",
    sentence: "Allow account 444455556666 to pull images.",
    who: [{ words: "account 444455556666", exposure: "other_account" }],
    what: "pull images",
    conditions: [],
    cautions: [],
    json: "{}",
    ...part,
  };
}

/** One fake statement for each statement of a policy. The real words need the backend. */
export function fakeWords(text: string): AccessWords {
  try {
    const { Statement: statements } = JSON.parse(text) as { Statement: unknown };
    return {
      problem: null,
      statements: [statements].flat().map((one) => fakeStatement({ json: JSON.stringify(one) })),
    };
  } catch {
    return { problem: "The repository policy is not JSON.", statements: [] };
  }
}

/** Fake calls of the Access tab. */
export function fakeAccessMethods() {
  const policies = new Map<string, string>();
  const requireUnchanged = (name: string, before: string | null) => {
    if ((policies.get(name) ?? null) !== before) {
      const message = `The policy of ${name} changed after it was shown.`;
      throw fakeError("repository_policy_changed", message, name);
    }
  };
  return {
    repositoryAccess: async (_connection, name) => {
      const policy = policies.get(name) ?? null;
      const none = { problem: null, statements: [] };
      return { policy, words: policy === null ? none : fakeWords(policy) };
    },
    repositoryAccessWords: async (_connection, text) => fakeWords(text),
    repositoryPolicySet: async (_connection, name, before, text) => {
      requireUnchanged(name, before);
      policies.set(name, text);
    },
    repositoryPolicyRemove: async (_connection, name, before) => {
      requireUnchanged(name, before);
      policies.delete(name);
    },
  } satisfies Partial<Backend>;
}
