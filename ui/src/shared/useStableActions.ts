import { useRef, useState } from "react";

// biome-ignore lint/suspicious/noExplicitAny: arguments of any kind
type Actions = Readonly<Record<string, (...args: any[]) => unknown>>;

/** Returns the same functions in every rendering, which call those of the latest one: who gets them isn't rendered again. */
export function useStableActions<Named extends Actions>(actions: Named): Named {
  const latest = useRef(actions);
  latest.current = actions;
  const [stable] = useState(
    () =>
      Object.fromEntries(
        Object.keys(actions).map((name) => [
          name,
          (...args: unknown[]) => latest.current[name]?.(...args),
        ]),
      ) as Named,
  );
  return stable;
}
