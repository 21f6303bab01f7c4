/** Writes of a value that changes often; the newest one counts. */
export interface GatheredWrites<T> {
  /** Writes the value: at once after a quiet time, and together with what follows otherwise. */
  put: (value: T) => void;
  /** Writes at once what waits. */
  flush: () => void;
  /** Forgets what waits. */
  drop: () => void;
}

/**
 * Writes the first value at once and then no more often than once in `gatherMs`. A program may be
 * closed or killed at any moment, so that what waits must never be old.
 */
export function gatherWrites<T>(write: (value: T) => void, gatherMs: number): GatheredWrites<T> {
  let waiting: { readonly value: T } | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;

  const writeNow = (value: T) => {
    waiting = null;
    if (timer !== null) {
      clearTimeout(timer);
    }
    timer = setTimeout(() => {
      timer = null;
      flush();
    }, gatherMs);
    write(value);
  };
  const flush = () => {
    if (waiting !== null) {
      writeNow(waiting.value);
    }
  };
  return {
    put: (value) => {
      if (timer === null) {
        writeNow(value);
      } else {
        waiting = { value };
      }
    },
    flush,
    drop: () => {
      waiting = null;
    },
  };
}
