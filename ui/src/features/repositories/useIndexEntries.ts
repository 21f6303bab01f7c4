import { useState } from "react";
import { useBackend } from "../../ipc";
import type { AwsConnection, IndexEntry } from "../../ipc/generated";

export type EntriesState =
  | { readonly kind: "loading" }
  | { readonly kind: "loaded"; readonly entries: readonly IndexEntry[] }
  | { readonly kind: "failed"; readonly error: unknown };

/** Entries of expanded indexes by digest. Digests never change their content. */
export function useIndexEntries(connection: AwsConnection, repository: string) {
  const backend = useBackend();
  const [states, setStates] = useState<ReadonlyMap<string, EntriesState>>(new Map());

  const set = (digest: string, state: EntriesState) =>
    setStates((known) => new Map(known).set(digest, state));
  /** Loads the entries of an index once. */
  const load = (digest: string) => {
    const state = states.get(digest);
    if (state !== undefined && state.kind !== "failed") {
      return;
    }
    set(digest, { kind: "loading" });
    backend.repositoryIndexEntries(connection, repository, digest).then(
      (entries) => set(digest, { kind: "loaded", entries }),
      (error: unknown) => set(digest, { kind: "failed", error }),
    );
  };
  return { states, load };
}
