import { useSyncExternalStore } from "react";

/** Update interval of relative times. */
const tickMs = 30_000;

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function update(): void {
  now = Date.now();
  for (const notify of listeners) {
    notify();
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(update, tickMs);
    // After the computer slept, times are right at once.
    window.addEventListener("focus", update);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
      window.removeEventListener("focus", update);
    }
  };
}

/**
 * The current time in milliseconds, updated by one clock for the window: twice a minute, and when the
 * user returns to the window.
 */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
