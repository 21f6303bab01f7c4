import { describe, expect, it } from "vitest";
import { fittingColumns, withWidths } from "./columnWidths";
import type { Column, TableLayout } from "./tablePreferences";

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
    { available: 400, why: "share what there is beyond their least", widths: [163, 136, 100] },
    { available: 200, why: "stay readable", widths: [110, 110, 100] },
  ])("$why at $available pixels", ({ available, widths }) => {
    expect(withWidths(columns, layout, available).map(({ width }) => width)).toEqual(widths);
  });

  it.each([
    {
      available: 800,
      why: "stay as usual where they show all",
      needs: [150, 190, 90],
      widths: [400, 300, 100],
    },
    {
      available: 500,
      why: "leave their room to the one that is cut",
      needs: [120, 280, 90],
      widths: [120, 280, 100],
    },
    {
      available: 420,
      why: "have the least where none shows all",
      needs: [600, 600, 90],
      widths: [176, 143, 100],
    },
    {
      available: 420,
      why: "share only what others leave",
      needs: [130, 600, 90],
      widths: [130, 190, 100],
    },
    {
      available: 460,
      why: "without a share show all, too",
      needs: [120, 190, 150],
      widths: [120, 190, 150],
    },
    {
      available: 500,
      why: "are as wide as usual only after that",
      needs: [120, 250, 90],
      widths: [150, 250, 100],
    },
    {
      available: 420,
      why: "without a share give what they don’t need to one that is cut",
      needs: [200, 200, 40],
      widths: [200, 156, 64],
    },
    {
      available: 900,
      why: "grow with what is left",
      needs: [250, 250, 100],
      widths: [450, 350, 100],
    },
  ])("$why with content of $needs at $available pixels", ({ available, needs, widths }) => {
    const natural = new Map(columns.map(({ id }, index) => [id, needs[index] ?? 0]));
    const shown = withWidths(columns, layout, available, natural);
    expect(shown.map(({ width }) => width)).toEqual(widths);
  });

  it.each([
    { steady: undefined, widths: [196, 120, 84] },
    { steady: false, widths: [196, 120, 84] },
    { steady: true, widths: [220, 120, 60] },
  ])("keep room for a longer content unless it is steady: $steady", ({ steady, widths }) => {
    const withSteady = columns.map((column) =>
      column.id === "size" ? { ...column, steady } : column,
    );
    const natural = new Map([
      ["name", 300],
      ["uri", 120],
      ["size", 60],
    ]);
    const shown = withWidths(withSteady as Column<object>[], layout, 400, natural);
    expect(shown.map(({ width }) => width)).toEqual(widths);
  });

  it.each([
    {
      available: 400,
      why: "gives way to no other column",
      heads: [180, 110],
      widths: [186, 113, 100],
    },
    { available: 400, why: "fits without more room", heads: [90, 100], widths: [163, 136, 100] },
    {
      available: 330,
      why: "is whole in the last room",
      heads: [100, 140],
      widths: [110, 140, 100],
    },
    { available: 400, why: "is wider than usual", heads: [0, 0, 130], widths: [143, 126, 130] },
  ])("$why with a heading of $heads at $available pixels", ({ available, heads, widths }) => {
    const whole = new Map(columns.map(({ id }, index) => [id, heads[index] ?? 0]));
    const shown = withWidths(columns, layout, available, new Map(), whole);
    expect(shown.map(({ width }) => width)).toEqual(widths);
  });

  it("are hidden where their headings don’t fit side by side", () => {
    const all = columns.map((column) => ({ ...column, hideOrder: column.id === "uri" ? 1 : 2 }));
    const heads = new Map([["name", 180]]);
    const ids = (available: number) =>
      fittingColumns(all, layout, available, heads).map(({ id }) => id);
    expect(ids(390)).toEqual(["name", "uri", "size"]);
    expect(ids(389)).toEqual(["name", "size"]);
  });

  it.each([
    { available: 500, shown: "name uri size" },
    { available: 460, shown: "name uri size" },
    { available: 459, shown: "name size" },
    { available: 100, shown: "name size" },
  ])("give way to one that keeps its width at $available pixels", ({ available, shown }) => {
    const all: readonly Column<object>[] = columns.map((column) => ({
      ...column,
      ...(column.id === "name" ? { width: 250, keepsWidth: true } : {}),
      ...(column.id === "uri" ? { hideOrder: 1 } : {}),
    }));
    expect(fittingColumns(all, layout, available).map(({ id }) => id)).toEqual(shown.split(" "));
  });

  it("share what is left by their usual widths if none grows", () => {
    const cell = () => null;
    const fixed = ["name", "uri", "size"].map((id) => ({
      id,
      header: id,
      cell,
      width: id === "size" ? 100 : 200,
    }));
    const widths = withWidths(fixed, layout, 1000).map(({ width }) => width);
    expect(widths).toEqual([400, 400, 200]);
  });

  it("keep a width of the user", () => {
    const resized = { ...layout, widths: { name: 300 } };
    const widths = withWidths(columns, resized, 400).map(({ width }) => width);
    expect(widths).toEqual([300, 110, 100]);
  });

  it.each([
    { available: 700, why: "are all shown where they fit", shown: "name uri size note age" },
    { available: 699, why: "need the usual width of all, one of them", shown: "name uri size age" },
    { available: 510, why: "give way before that", shown: "name uri size age" },
    { available: 420, why: "are hidden in their order", shown: "name uri size" },
    { available: 100, why: "stay if they have no place in it", shown: "name size" },
    {
      available: 100,
      why: "stay if the user chose them",
      chosen: true,
      shown: "name uri size note age",
    },
  ])("$why at $available pixels", ({ available, chosen, shown }) => {
    const cell = () => null;
    const all: readonly Column<object>[] = [
      { id: "name", header: "Name", cell, width: 200, minWidth: 150, grow: 2 },
      { id: "uri", header: "URI", cell, width: 200, grow: 1, hideOrder: 2 },
      { id: "size", header: "Size", cell, width: 100 },
      { id: "note", header: "Note", cell, width: 50, needsRoom: true },
      { id: "age", header: "Age", cell, width: 150, hideOrder: 1 },
    ];
    const of = { ...layout, visibleContent: chosen ? all.map(({ id }) => id) : null };
    expect(fittingColumns(all, of, available).map(({ id }) => id)).toEqual(shown.split(" "));
  });
});
