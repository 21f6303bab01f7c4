/** Selections in a table whose rows are drawn in portions. `PagedTable` uses it. */

interface Portion<Row> {
  /** The rows that are drawn. */
  readonly drawn: readonly Row[];
  /** All rows of the page. */
  readonly rows: readonly Row[];
  /** Whether the checkbox in the head of the table was used. A single row can select the last one that is drawn, too. */
  readonly isOfAll: boolean;
  readonly keyOf: (row: Row) => unknown;
  readonly isSelectable: (row: Row) => boolean;
}

/**
 * Returns what the user selected. *Select all* and its opposite mean the rows that follow, too, unless they can’t be
 * selected. Rows of other pages stay as they are.
 */
export function wholeSelection<Row>(
  selected: readonly Row[],
  { drawn, rows, isOfAll, keyOf, isSelectable }: Portion<Row>,
): readonly Row[] {
  const own = drawn.filter(isSelectable).map(keyOf);
  if (!isOfAll || drawn.length === rows.length || own.length === 0) {
    return selected;
  }
  const keys = new Set(selected.map(keyOf));
  const following = rows.slice(drawn.length).filter(isSelectable);
  if (own.every((key) => keys.has(key))) {
    return [...selected, ...following.filter((row) => !keys.has(keyOf(row)))];
  }
  const gone = new Set(following.map(keyOf));
  return selected.filter((row) => !gone.has(keyOf(row)));
}
