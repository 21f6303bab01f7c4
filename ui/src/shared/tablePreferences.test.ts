import { describe, expect, it } from "vitest";
import { type Column, fittingColumns, type TableLayout, withWidths } from "./tablePreferences";

const layout: TableLayout = { pageSize: 50, wrapLines: false, visibleContent: null, widths: {} };

const columns: readonly Column<object>[] = [
  { id: "name", header: "Name", cell: () => null, width: 200, grow: 2 },
  { id: "uri", header: "URI", cell: () => null, width: 200, grow: 1 },
  { id: "size", header: "Size", cell: () => null, width: 100 },
];

describe("columns", () => {
  it.each([
    { available: 800, why: "share what is left", widths: [400, 300, 100] },
    { available: 500, why: "have their widths", widths: [200, 200, 100] },
    { available: 400, why: "give what is missing", widths: [150, 150, 100] },
    { available: 200, why: "stay readable", widths: [110, 110, 100] },
  ])("$why at $available pixels", ({ available, widths }) => {
    expect(withWidths(columns, layout, available).map(({ width }) => width)).toEqual(widths);
  });

  it("keep a width of the user", () => {
    const resized = { ...layout, widths: { name: 300 } };
    const widths = withWidths(columns, resized, 400).map(({ width }) => width);
    expect(widths).toEqual([300, 110, 100]);
  });

  it.each([
    { available: 510, why: "are all shown where they fit", shown: "name uri size age" },
    { available: 420, why: "are hidden in their order", shown: "name uri size" },
    { available: 100, why: "stay if they have no place in it", shown: "name size" },
    {
      available: 100,
      why: "stay if the user chose them",
      chosen: true,
      shown: "name uri size age",
    },
  ])("$why at $available pixels", ({ available, chosen, shown }) => {
    const cell = () => null;
    const all: readonly Column<object>[] = [
      { id: "name", header: "Name", cell, width: 200, minWidth: 150, grow: 2 },
      { id: "uri", header: "URI", cell, width: 200, grow: 1, hideOrder: 2 },
      { id: "size", header: "Size", cell, width: 100 },
      { id: "age", header: "Age", cell, width: 150, hideOrder: 1 },
    ];
    const of = { ...layout, visibleContent: chosen ? all.map(({ id }) => id) : null };
    expect(fittingColumns(all, of, available).map(({ id }) => id)).toEqual(shown.split(" "));
  });
});
