/** Throttled writes of a value. The newest value wins. */
interface ThrottledWrites<T> {
  /** Writes immediately after a pause, otherwise together with later values. */
  put: (value: T) => void;
  /** Writes the pending value immediately. */
  flush: () => void;
  /** Drops the pending value. */
  drop: () => void;
}

/**
 * Writes the first value immediately, then at most once per `intervalMs`. The program can end at any
 * time, so pending values must not be old.
 */
export function throttleWrites<T>(
  write: (value: T) => void,
  intervalMs: number,
): ThrottledWrites<T> {
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
    }, intervalMs);
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
