/** Selections in a table whose rows are drawn in portions. `PagedTable` uses it. */

interface Portion<Row> {
  /** The rows that are drawn. */
  readonly drawn: readonly Row[];
  /** All rows of the page. */
  readonly rows: readonly Row[];
  /** What was selected before, on all pages. */
  readonly before: readonly Row[];
  readonly keyOf: (row: Row) => unknown;
  readonly isSelectable: (row: Row) => boolean;
}

/**
 * Returns what the user selected. *Select all* and its opposite mean the rows that follow, too, unless they can’t be
 * selected. Rows of other pages stay as they are.
 */
export function wholeSelection<Row>(
  selected: readonly Row[],
  { drawn, rows, before, keyOf, isSelectable }: Portion<Row>,
): readonly Row[] {
  if (drawn.length === rows.length) {
    return selected;
  }
  const keys = new Set(selected.map(keyOf));
  const keysBefore = new Set(before.map(keyOf));
  const own = drawn.filter(isSelectable).map(keyOf);
  const following = rows.slice(drawn.length).filter(isSelectable);
  if (own.length > 0 && own.every((key) => keys.has(key))) {
    return [...selected, ...following.filter((row) => !keys.has(keyOf(row)))];
  }
  if (own.every((key) => keysBefore.has(key) && !keys.has(key))) {
    const gone = new Set(following.map(keyOf));
    return selected.filter((row) => !gone.has(keyOf(row)));
  }
  return selected;
}
