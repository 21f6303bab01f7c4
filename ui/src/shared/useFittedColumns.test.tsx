import { readFileSync } from "node:fs";
import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, render, renderHook } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { resizableWidth } from "../testing/resizableWidth";
import { FullTable } from "./PagedTable";
import type { Column, TableLayout } from "./tablePreferences";
import { useFittedColumns } from "./useFittedColumns";

beforeEach(() => void vi.useFakeTimers());

const layout: TableLayout = { pageSize: 50, wrapLines: false, visibleContent: null, widths: {} };
const definitions: Column<string>[] = [
  { id: "name", header: "Name", width: 400, minWidth: 300, grow: 1, cell: (row) => row },
  { id: "size", header: "Size", width: 200, hideOrder: 1, cell: (row) => row },
  { id: "pushed", header: "Pushed", width: 200, cell: (row) => row },
  // A column that grows and gives way less than the others.
  {
    id: "state",
    header: "State",
    hidden: true,
    width: 150,
    minWidth: 140,
    grow: 2,
    cell: (row) => row,
  },
];

/** A measured table in a window of the usual width, and what changes its width. */
function measuredTable() {
  const { result } = renderHook(() =>
    useFittedColumns({ definitions, layout, beside: 0, hasSelection: false, hasRows: false }),
  );
  const measure = (width: number) => act(() => result.current.onWidth(width));
  measure(1000);
  let width = 1000;
  return {
    columns: () => result.current.columns?.map(({ id }) => id),
    measure,
    resizeWindow(by: number) {
      window.innerWidth += by;
      width += by;
      measure(width);
    },
  };
}

it("shows the columns that fit into a new size of the window at once", () => {
  const table = measuredTable();
  table.resizeWindow(-400);
  expect(table.columns()).toEqual(["name", "pushed"]);
});

it("shows those of the last size while an edge of the window is dragged", () => {
  const table = measuredTable();
  table.resizeWindow(-50);
  table.resizeWindow(-350);
  expect(table.columns()).toEqual(["name", "size", "pushed"]);
  act(() => vi.runAllTimers());
  expect(table.columns()).toEqual(["name", "pushed"]);
});

it("shows those beside a panel when it has opened", () => {
  const table = measuredTable();
  table.measure(750);
  table.measure(620);
  expect(table.columns()).toEqual(["name", "size", "pushed"]);
  act(() => vi.runAllTimers());
  expect(table.columns()).toEqual(["name", "pushed"]);
});

/** A table with a selection, whose place has a width that the test changes. */
function shownTable() {
  const resizeTo = resizableWidth(1098);
  const cell = vi.fn((row: string) => row);
  render(
    <FullTable
      name="fitted"
      section
      items={["one", "two"]}
      trackBy={(row) => row}
      selectionType="multi"
      selectedItems={[]}
      columnDefinitions={definitions.map((column) => ({ ...column, cell }))}
    />,
  );
  const widths = () => {
    const { style } = document.querySelector(".sized-columns") as HTMLElement;
    return [1, 2, 3, 4, 5].map((column) => style.getPropertyValue(`--column-${column}`));
  };
  return { cell, widths, resizeTo };
}

it("gives columns another width without rendering a row", () => {
  const { cell, widths, resizeTo } = shownTable();
  expect(widths()).toEqual(["54px", "600px", "200px", "auto", ""]);
  const table = createWrapper().findTable()?.getElement();
  cell.mockClear();
  resizeTo(898);
  expect(widths()).toEqual(["54px", "400px", "200px", "auto", ""]);
  expect(cell).not.toHaveBeenCalled();
  // Where not all fit, another set of columns is rendered in the same table.
  resizeTo(638);
  expect(widths().slice(0, 3)).toEqual(["54px", "340px", "auto"]);
  expect(cell).toHaveBeenCalled();
  expect(createWrapper().findTable()?.getElement()).toBe(table);
});

it("fits columns from their definitions, whatever width they had before", () => {
  localStorage.setItem(
    "fitted.table",
    JSON.stringify({ visibleContent: ["name", "size", "state"] }),
  );
  const { widths, resizeTo } = shownTable();
  // 1,000 pixels: the 250 that are left go to the columns that grow.
  expect(widths().slice(1, 3)).toEqual(["483px", "200px"]);
  resizeTo(798);
  // 700 pixels: the 50 that are missing come from the first one, because the other one grows more.
  expect(widths().slice(1, 3)).toEqual(["350px", "200px"]);
});

/** Columns whose content is as wide as this while the table lays them out by it. */
function withContent(contents: Readonly<Record<string, number>>, onRebuilt = () => {}) {
  vi.spyOn(Element.prototype, "getClientRects").mockReturnValue([new DOMRect()] as never);
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (this: Element) {
    const cell = this.closest<HTMLElement>("th");
    const id = cell?.dataset.focusId?.replace("header-", "");
    const isMeasured = this.closest(".measured-columns") !== null;
    if (this.classList.contains("rebuilt-cells")) {
      onRebuilt();
    }
    return new DOMRect(0, 0, isMeasured ? (contents[id ?? ""] ?? 0) : 0, 20);
  });
}

it("moves room to the column whose content is cut before it is drawn, without rendering a row", () => {
  withContent({ name: 350, size: 100, pushed: 260 });
  const { cell, widths, resizeTo } = shownTable();
  cell.mockClear();
  resizeTo(898);
  expect(widths()).toEqual(["54px", "383px", "157px", "auto", ""]);
  expect(document.querySelector(".measured-columns")).toBeNull();
  expect(cell).not.toHaveBeenCalled();
});

it("measures what cells show later", async () => {
  const contents = { name: 350, size: 100, pushed: 100 };
  withContent(contents);
  const { widths, resizeTo } = shownTable();
  resizeTo(898);
  expect(widths()).toEqual(["54px", "400px", "200px", "auto", ""]);
  contents.pushed = 240;
  await act(async () => {
    document.querySelector("tbody td:last-child")?.append("a longer text");
  });
  act(() => vi.advanceTimersByTime(1_000));
  expect(widths()).toEqual(["54px", "393px", "167px", "auto", ""]);
});

/** In another zoom, WebKit lays out cells by the widths that their texts had before, until the cells have new boxes. */
function withTextsOfEarlierZoom(contents: Record<string, number>) {
  const now = { ...contents };
  withContent(contents, () => Object.assign(contents, now));
  return now;
}

const wholePushed = ["54px", "392px", "166px", "auto", ""];
const narrowPushed = ["54px", "399px", "200px", "auto", ""];

it.each([
  { what: "another size of the window", by: -100, widthsThen: wholePushed },
  { what: "a larger size of the window", by: 100, widthsThen: wholePushed },
  { what: "another width beside a panel", by: 0, widthsThen: narrowPushed },
])("measures $what, which can be another zoom, with the texts as they are now", (row) => {
  const texts = withTextsOfEarlierZoom({ name: 350, size: 100, pushed: 100 });
  const { widths, resizeTo } = shownTable();
  resizeTo(898);
  texts.pushed = 240;
  window.innerWidth += row.by;
  resizeTo(897);
  act(() => vi.advanceTimersByTime(1_000));
  expect(widths()).toEqual(row.widthsThen);
  expect(document.querySelector(".rebuilt-cells, .measured-columns")).toBeNull();
});

it("measures the columns that fit into another zoom at once, with the texts as they are now", () => {
  const contents = { name: 350, size: 100, pushed: 260 };
  withTextsOfEarlierZoom(contents);
  const { widths, resizeTo } = shownTable();
  resizeTo(638);
  // The boxes of 200 %.
  Object.assign(contents, { name: 700, size: 200, pushed: 520 });
  window.innerWidth += 100;
  resizeTo(898);
  act(() => vi.advanceTimersByTime(1_000));
  expect(widths()).toEqual(["54px", "383px", "157px", "auto", ""]);
});

it("follows the edge of a column that is dragged, and keeps what the others have", async () => {
  const { widths, resizeTo } = shownTable();
  resizeTo(898);
  // As the table does it while the edge is dragged.
  const header = document.querySelector<HTMLElement>("thead th[data-focus-id=header-size]");
  await act(async () => header?.style.setProperty("width", "260px"));
  expect(widths()).toEqual(["54px", "400px", "260px", "auto", ""]);
});

it("keeps the width of the dragged column, and the shown ones of the others", () => {
  const { result } = renderHook(() =>
    useFittedColumns({ definitions, layout, beside: 0, hasSelection: false, hasRows: false }),
  );
  act(() => result.current.onWidth(1000));
  // The table read its widths in a window without a measured place.
  act(() => result.current.onWidth(900));
  expect(result.current.widthsAfter([644, 260, 200])).toEqual({
    name: 500,
    size: 260,
    pushed: 200,
  });
});

it("has a rule for every column", () => {
  const rules = readFileSync("src/shared/columnWidths.css", "utf8");
  for (let column = 1; column <= 24; column += 1) {
    expect(rules).toContain(`[data-column-index="${column}"]`);
    expect(rules).toContain(`var(--column-${column})`);
  }
});
