/** What the columns of a table need, while its rows change. Used by `useFittedColumns`. */
import type { NaturalWidths } from "./columnWidths";
import type { Column } from "./tablePreferences";

/** What the columns need. The widest content that was shown counts, so that columns don't move with each page of rows. */
export class ColumnNeeds {
  #widest = new Map<string, number>();
  /** The needs that the widths were last fitted to. */
  #fitted: NaturalWidths = new Map();

  get isUnknown(): boolean {
    return this.#widest.size === 0;
  }

  /** Returns whether a column needs more than before. */
  add(natural: NaturalWidths): boolean {
    let isMore = false;
    for (const [id, width] of natural) {
      if (width > (this.#widest.get(id) ?? 0)) {
        this.#widest.set(id, width);
        isMore = true;
      }
    }
    return isMore;
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
