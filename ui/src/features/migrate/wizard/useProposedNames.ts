import { useMemo, useRef } from "react";
import type { Backend } from "../../../ipc";
import type { ProposedNames } from "../../../ipc/generated";
import { useRequest } from "../../../shared/useRequest";
import { type Draft, type Proposals, selectedRepositories } from "./draft";

/** The names that the program proposes for the selection, and what it says of the rules. */
export interface ProposedNaming {
  /** The newest names; while rules are typed, those before stay in sight. */
  readonly proposals: Proposals;
  /** What is wrong with each rule. */
  readonly problems: readonly (string | null)[];
  /** How many repositories each rule renames. */
  readonly renamed: readonly number[];
  /** Whether the names are those of the selection and the rules as they are now. */
  readonly settled: boolean;
  readonly error: unknown;
  readonly reload: () => void;
}

const none: ProposedNames = { names: [], problems: [] };

/** Asks the program for names whenever repositories or rules change; the prefix is added here. */
export function useProposedNames(
  backend: Backend,
  draft: Draft | null,
  wanted: boolean,
): ProposedNaming {
  const sources = useMemo(() => selectedRepositories(draft?.images ?? []), [draft?.images]);
  const rules = draft?.renameRules ?? [];
  const key = wanted && sources.length > 0 ? JSON.stringify([sources, rules]) : null;
  const asked = useRequest(key, () => backend.repositoryNamesPropose(sources, [...rules]));
  const shown = useRef<ProposedNames>(none);
  shown.current = asked.answer ?? shown.current;
  const { names, problems } = shown.current;
  return useMemo(
    () => ({
      proposals: new Map(names.map((one) => [one.source_repository, one.name])),
      problems,
      renamed: problems.map((_, place) => names.filter((one) => one.rules.includes(place)).length),
      settled: sources.length === 0 || asked.answer !== null,
      error: asked.error,
      reload: asked.reload,
    }),
    [names, problems, sources.length, asked.answer, asked.error, asked.reload],
  );
}
