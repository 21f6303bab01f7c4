import { useState } from "react";
import { useBackend } from "../../ipc";
import type { AwsConnection, IndexEntry } from "../../ipc/generated";

/** What is known of the entries of one index. */
export type EntriesState =
  | { readonly kind: "loading" }
  | { readonly kind: "loaded"; readonly entries: readonly IndexEntry[] }
  | { readonly kind: "failed"; readonly error: unknown };

/** The entries of the indexes that were opened, by digest. A digest never changes what it means. */
export function useIndexEntries(connection: AwsConnection, repository: string) {
  const backend = useBackend();
  const [states, setStates] = useState<ReadonlyMap<string, EntriesState>>(new Map());

  const set = (digest: string, state: EntriesState) =>
    setStates((known) => new Map(known).set(digest, state));
  /** Asks for the entries of an index, unless they are known or asked for. */
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
