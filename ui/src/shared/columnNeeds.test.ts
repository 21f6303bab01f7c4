import { describe, expect, it } from "vitest";
import { ColumnNeeds } from "./columnNeeds";
import { type NaturalWidths, withWidths } from "./columnWidths";
import type { Column, TableLayout } from "./tablePreferences";

const layout: TableLayout = { pageSize: 50, wrapLines: false, visibleContent: null, widths: {} };

const columns: readonly Column<object>[] = ["name", "method", "notes"].map((id) => ({
  id,
  header: id,
  cell: () => null,
  width: 200,
  minWidth: 100,
  grow: 1,
}));

/** Columns in a table of 600 pixels, while rows with other contents appear. */
function fitted() {
  const needs = new ColumnNeeds();
  const widthsFor = (natural: NaturalWidths) => withWidths(columns, layout, 600, natural);
  return (contents: readonly number[]) => {
    const widths = new Map(columns.map(({ id }, index) => [id, contents[index] ?? 0]));
    needs.add({ columns: widths, heads: new Map() });
    return needs.fit(widthsFor).map(({ width }) => width);
  };
}

describe("the needs of columns", () => {
  it.each([
    { why: "change nothing if nothing is cut", rows: [[190, 90, 200]], widths: [200, 200, 200] },
    { why: "move room to what is cut", rows: [[100, 100, 350]], widths: [125, 125, 350] },
    {
      why: "don’t move the columns back for other rows",
      rows: [
        [100, 100, 350],
        [100, 100, 90],
      ],
      widths: [125, 125, 350],
    },
    {
      why: "move nothing while nothing else is cut",
      rows: [
        [100, 100, 350],
        [120, 100, 350],
      ],
      widths: [125, 125, 350],
    },
    {
      why: "follow what is cut later",
      rows: [
        [100, 100, 350],
        [150, 100, 350],
      ],
      widths: [150, 100, 350],
    },
  ])("$why", ({ rows, widths }) => {
    const fit = fitted();
    expect(rows.map(fit).at(-1)).toEqual(widths);
  });
});
