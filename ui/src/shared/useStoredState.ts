import { useState } from "react";

function stored<Value extends object>(key: string, initial: Value): Value {
  try {
    const text = localStorage.getItem(key);
    const value: unknown = text === null ? null : JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...initial, ...value } : initial;
  } catch {
    // Without storage, only the table layout is lost.
    return initial;
  }
}

/**
 * State that the window stores locally: only table layouts. Other data belongs in the settings of
 * the program.
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
      // Kept only until the window closes.
    }
  };
  return [value, change];
}
