import { useState } from "react";

function stored<Value extends object>(key: string, initial: Value): Value {
  try {
    const text = localStorage.getItem(key);
    const value: unknown = text === null ? null : JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...initial, ...value } : initial;
  } catch {
    // A blocked or damaged storage costs a person their column widths, nothing else.
    return initial;
  }
}

/**
 * State that the window itself remembers over a restart: how a table looks, never what a person
 * works on. What matters belongs to the program's settings.
 */
export function useStoredState<Value extends object>(
  key: string,
  initial: Value,
): [Value, (value: Value) => void] {
  const [value, setValue] = useState(() => stored(key, initial));
  const change = (changed: Value) => {
    setValue(changed);
    try {
      localStorage.setItem(key, JSON.stringify(changed));
    } catch {
      // As above: it holds for this run then.
    }
  };
  return [value, change];
}
