/** The rows of the Names step. */
import type { RepositorySettings } from "../../../ipc/generated";
import { type Draft, repositoryNames } from "../wizard/draft";
import type { ProposedNaming } from "../wizard/useProposedNames";
import { nameProblems } from "../wizard/validation";

export interface NameRow {
  readonly source: string;
  /** The name in ECR, with the prefix. */
  readonly name: string;
  /** Number of selected tags. */
  readonly tags: number;
  readonly problem: string | null;
  /** Whether the user entered the name. */
  readonly own: boolean;
  /** The proposed name without the prefix. */
  readonly proposal: string | null;
  /** Custom settings, or `null` for the template. */
  readonly settings: RepositorySettings | null;
}

export function nameRows(draft: Draft, { proposals }: ProposedNaming): NameRow[] {
  const problems = nameProblems(draft, proposals);
  const tags = new Map<string, number>();
  for (const image of draft.images) {
    tags.set(image.repository, (tags.get(image.repository) ?? 0) + 1);
  }
  return [...repositoryNames(draft, proposals)].map(([source, name]) => ({
    source,
    name,
    tags: tags.get(source) ?? 0,
    problem: problems.get(source) ?? null,
    own: (draft.repositories[source]?.name ?? null) !== null,
    proposal: proposals.get(source) ?? null,
    settings: draft.repositories[source]?.settings ?? null,
  }));
}

export function withoutPrefix(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}
