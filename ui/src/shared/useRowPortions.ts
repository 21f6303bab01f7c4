/** Draws a page of rows in portions, so that no click waits for all of them. Used by the tables of `PagedTable`. */
import { startTransition, useEffect, useState } from "react";

/** Rows of a portion: as many as fill the window in its usual size. */
export const portionRows = 16;

interface Drawn {
  readonly page: string;
  readonly count: number;
}

/**
 * Returns the rows to draw now. A new `page` starts with the rows in view, in the same frame as the click
 * that asked for it. The others follow in transitions, which the next click interrupts. Rows that are
 * drawn stay drawn: a page that grows, for example by the tags of a repository, doesn't shrink first.
 */
export function useRowPortions<Row>(rows: readonly Row[], page: string): readonly Row[] {
  const [drawn, setDrawn] = useState<Drawn>({ page, count: portionRows });
  const count = drawn.page === page ? drawn.count : portionRows;
  const isPartial = count < rows.length;
  useEffect(() => {
    if (isPartial) {
      startTransition(() => setDrawn({ page, count: count + portionRows }));
    }
  }, [page, count, isPartial]);
  return isPartial ? rows.slice(0, count) : rows;
}
