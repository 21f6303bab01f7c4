import { describe, expect, it } from "vitest";
import { type Column, type TableLayout, withWidths } from "./tablePreferences";

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
});
