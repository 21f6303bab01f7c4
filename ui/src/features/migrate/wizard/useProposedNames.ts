import { useMemo, useRef } from "react";
import type { Backend } from "../../../ipc";
import type { ProposedNames } from "../../../ipc/generated";
import { useRequest } from "../../../shared/useRequest";
import { type Draft, type Proposals, selectedRepositories } from "./draft";

/** Proposed names, and problems of the rename rules. */
export interface ProposedNaming {
  /** The newest names. They stay visible while rules are edited. */
  readonly proposals: Proposals;
  /** Problems by rule. */
  readonly problems: readonly (string | null)[];
  /** Number of matching repositories by rule. */
  readonly renamed: readonly number[];
  /** Whether the names match the current selection and rules. */
  readonly settled: boolean;
  readonly error: unknown;
  readonly reload: () => void;
}

const none: ProposedNames = { names: [], problems: [] };

/** Requests names when repositories or rules change, and adds the prefix. */
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
