/** What the columns of a table need, while its rows change. Used by `useFittedColumns`. */
import type { MeasuredColumns, NaturalWidths } from "./columnWidths";
import type { Column } from "./tablePreferences";

/** What the columns need. The widest content that was shown counts, so that columns don't move with each page of rows. */
export class ColumnNeeds {
  #widest = new Map<string, number>();
  /** Of the headings alone. */
  #heads = new Map<string, number>();
  /** The needs that the widths were last fitted to. */
  #fitted: NaturalWidths = new Map();

  get isUnknown(): boolean {
    return this.#widest.size === 0;
  }

  get heads(): NaturalWidths {
    return this.#heads;
  }

  /** Returns whether a column needs more than before. */
  add({ columns, heads }: MeasuredColumns): boolean {
    const isWider = raise(this.#widest, columns);
    return raise(this.#heads, heads) || isWider;
  }

  /** The first widths that cut nothing: the usual ones, those for the needs until now, and those for the current needs. */
  fit<Row>(widthsFor: (natural: NaturalWidths) => Column<Row>[]): Column<Row>[] {
    for (const natural of [new Map<string, number>(), this.#fitted]) {
      const columns = widthsFor(natural);
      if (columns.every(({ id, width }) => Number(width) >= (this.#widest.get(id) ?? 0))) {
        return columns;
      }
    }
    this.#fitted = new Map(this.#widest);
    return widthsFor(this.#fitted);
  }
}

/** Returns whether a width is larger than before. */
function raise(widest: Map<string, number>, widths: NaturalWidths): boolean {
  let isMore = false;
  for (const [id, width] of widths) {
    if (width > (widest.get(id) ?? 0)) {
      widest.set(id, width);
      isMore = true;
    }
  }
  return isMore;
}
