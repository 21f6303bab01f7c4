import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Backend } from "../../../ipc/backend";
import type { ImageSource, RegistryCounterpart } from "../../../ipc/generated";

/** Batch size of lookups. */
const batch = 20;

/** Counterparts of the engine images in their registries, by `repository:tag`. */
type Counterparts = Readonly<Record<string, RegistryCounterpart>>;

const none: Counterparts = {};

/**
 * Looks up registry counterparts of engine images in the background, once each. Errors are ignored,
 * because no step depends on the result.
 */
export function useRegistryCounterparts(
  backend: Backend,
  source: ImageSource | null,
): { counterparts: Counterparts; lookUp: (repository: string, tags: readonly string[]) => void } {
  const engine = source?.kind === "docker_engine";
  const [counterparts, setCounterparts] = useState<Counterparts>(none);
  const asked = useRef(new Set<string>());
  const wanted = useRef(engine);
  useEffect(() => {
    wanted.current = engine;
    return () => {
      wanted.current = false;
    };
  }, [engine]);

  const ask = useCallback(
    async (repository: string, tags: readonly string[]) => {
      const open = tags.filter((tag) => !asked.current.has(`${repository}:${tag}`));
      for (const tag of open) {
        asked.current.add(`${repository}:${tag}`);
      }
      for (let at = 0; at < open.length && wanted.current; at += batch) {
        const found = await backend.registryCounterparts(repository, open.slice(at, at + batch));
        const named = found.map((one) => [`${repository}:${one.tag}`, one] as const);
        setCounterparts((before) => ({ ...before, ...Object.fromEntries(named) }));
      }
    },
    [backend],
  );
  const lookUp = useCallback(
    (repository: string, tags: readonly string[]) => {
      if (engine) {
        ask(repository, tags).catch(() => {});
      }
    },
    [engine, ask],
  );
  const shown = engine ? counterparts : none;
  return useMemo(() => ({ counterparts: shown, lookUp }), [shown, lookUp]);
}
