/** The density of the window. It is a table layout, so the window stores it locally. */
import { useSyncExternalStore } from "react";

export type Density = "compact" | "comfortable";

const key = "window.density";
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function storedDensity(): Density {
  try {
    return localStorage.getItem(key) === "comfortable" ? "comfortable" : "compact";
  } catch {
    return "compact";
  }
}

/** Changes the density of every table and control. */
export function changeDensity(density: Density): void {
  try {
    localStorage.setItem(key, density);
  } catch {
    // Without storage, the window stays compact.
  }
  for (const listener of listeners) {
    listener();
  }
}

export function useDensity(): Density {
  return useSyncExternalStore(subscribe, storedDensity);
}
