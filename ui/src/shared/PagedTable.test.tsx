import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, render } from "@testing-library/react";
import { flushSync } from "react-dom";
import { expect, it, vi } from "vitest";
import { rendersOf } from "../testing/renderCount";
import { resizableWidth } from "../testing/resizableWidth";
import { FullTable, PagedTable, rowsOfAPage } from "./PagedTable";
import { portionRows } from "./useRowPortions";

const rows = Array.from({ length: 10_000 }, (_, number) => `image-${number}`);

it("draws one page of thousands of rows, and searches all of them", () => {
  const shown = (items: readonly string[]) => (
    <PagedTable
      name="part"
      items={items}
      trackBy={(row) => row}
      words={(row) => [row]}
      finds="an image"
      columnDefinitions={[{ id: "name", header: "Name", cell: (row) => row }]}
    />
  );
  const { rerender } = render(shown(rows));
  const table = () => createWrapper().findTable();
  expect(table()?.findRows()).toHaveLength(rowsOfAPage);
  act(() => table()?.findPagination()?.findNextPageButton().click());
  expect(table()?.findRows()[0]?.getElement().textContent).toBe(`image-${rowsOfAPage}`);
  act(() => table()?.findTextFilter()?.findInput().setInputValue("IMAGE-9999"));
  expect(table()?.findRows()).toHaveLength(1);

  // A short list needs neither pages nor a search.
  rerender(shown(rows.slice(0, 3)));
  expect(table()?.findPagination()).toBeNull();
});

const numbered = [1, 3, 2].map((number) => ({ name: `image-${number}`, number }));

function Numbers({ section }: { section: boolean }) {
  return (
    <FullTable
      name="numbers"
      section={section}
      items={numbered}
      trackBy="name"
      words={({ name }) => [name]}
      finds="numbers"
      sortedBy="number"
      sortedDescending
      columnDefinitions={[
        { id: "name", header: "Name", sortingField: "name", cell: ({ name }) => name },
        { id: "number", header: "Number", sortingField: "number", cell: ({ number }) => number },
      ]}
    />
  );
}

it("makes the buttons of an edge when they are first shown", () => {
  render(<Numbers section={false} />);
  const buttons = () => document.querySelectorAll("[class*=direction-button-inline]");
  const shown = () => document.querySelectorAll("[class*=direction-button-visible]");
  expect(buttons()).toHaveLength(0);
  const edge = createWrapper().findTable()?.findColumnResizer(1)?.getElement();
  act(() => edge?.click());
  expect(shown()).toHaveLength(2);
  act(() => (document.activeElement as HTMLElement).blur());
  expect(buttons()).toHaveLength(2);
  expect(shown()).toHaveLength(0);
});

it.each([false, true])("sorts and keeps its columns, in a section: %s", (section) => {
  const { unmount } = render(<Numbers section={section} />);
  const table = () => createWrapper().findTable();
  const first = () => table()?.findRows()[0]?.getElement().textContent;
  const columns = () => table()?.findColumnHeaders().length;
  expect(first()).toContain("image-3");
  act(() => table()?.findColumnSortingArea(1)?.click());
  expect(first()).toContain("image-1");
  expect(columns()).toBe(2);
  unmount();
  // What the preferences store is used by the next table of the same name.
  localStorage.setItem("numbers.table", JSON.stringify({ visibleContent: ["name"] }));
  render(<Numbers section={section} />);
  expect(columns()).toBe(1);
});

it("keeps its open preferences while the window changes its width", () => {
  vi.useFakeTimers();
  const resizeTo = resizableWidth(900);
  render(<Numbers section />);
  const table = () => createWrapper().findTable();
  const preferences = () => table()?.findCollectionPreferences();
  resizeTo(900);
  const before = table()?.getElement();
  act(() => preferences()?.findTriggerButton().click());
  resizeTo(700);
  expect(preferences()?.findModal()).toBeTruthy();
  expect(table()?.getElement()).toBe(before);
});

it("keeps the sorted column when its columns are made again, and draws the rows in view first", async () => {
  const shown = (label: string) => (
    <FullTable
      name="sorted"
      items={rows.slice(0, 40)}
      trackBy={(row) => row}
      columnDefinitions={[
        { id: "name", header: "Name", cell: (row) => `${label} ${row}` },
        {
          id: "number",
          header: "Number",
          sortingComparator: (one, other) =>
            Number(one.split("-")[1]) - Number(other.split("-")[1]),
          cell: (row) => row,
        },
      ]}
    />
  );
  const { rerender, unmount } = render(shown("a"));
  await act(async () => {});
  const table = () => createWrapper().findTable();
  const sorted = () => document.querySelector("th[data-focus-id=header-number]")?.ariaSort;
  expect(table()?.findRows()).toHaveLength(40);
  const sort = table()?.findColumnSortingArea(2)?.getElement();
  flushSync(() => sort?.click());
  const drawn = table()?.findRows().length;
  await act(async () => {});
  expect(drawn).toBe(portionRows);
  expect(sorted()).toBe("ascending");
  rerender(shown("b"));
  expect(table()?.findRows()[0]?.getElement().textContent).toContain("b image-0");
  expect(sorted()).toBe("ascending");
  act(() => table()?.findColumnSortingArea(2)?.click());
  expect(sorted()).toBe("descending");
  unmount();
});

it("renders its rows once, whatever the width of the window", async () => {
  const width = vi.spyOn(Element.prototype, "clientWidth", "get");
  const renders = async (pixels: number) => {
    width.mockReturnValue(pixels);
    let unmount = () => {};
    const count = await rendersOf(() => {
      unmount = render(<Numbers section />).unmount;
    });
    unmount();
    return count;
  };
  // Without a width, as in a hidden page, a usual one is used.
  const usual = await renders(0);
  expect(usual).toBeGreaterThan(0);
  expect(await renders(700)).toBe(usual);
  expect(await renders(1_600)).toBe(usual);
});

it("draws the rows in view with the click, and the others afterwards", async () => {
  const items = rows.slice(0, 200).map((name) => ({ name }));
  const columnDefinitions = [
    { id: "name", header: "Name", cell: (row: { name: string }) => row.name },
  ];
  const onSelectionChange = vi.fn();
  const { unmount } = render(
    <FullTable
      name="portions"
      items={items}
      trackBy="name"
      selectionType="multi"
      // All that are drawn of the second page, except the last one.
      selectedItems={items.slice(rowsOfAPage, rowsOfAPage + portionRows - 1)}
      onSelectionChange={({ detail }) => onSelectionChange(detail.selectedItems)}
      columnDefinitions={columnDefinitions}
    />,
  );
  const table = () => createWrapper().findTable();
  expect(table()?.findRows()).toHaveLength(rowsOfAPage);
  // Outside of `act`, React renders as in the window.
  const next = createWrapper().findPagination()?.findNextPageButton().getElement();
  // As React handles a click. No transition begins before this function waits.
  flushSync(() => next?.click());
  expect(table()?.findRows()[0]?.getElement().textContent).toContain(`image-${rowsOfAPage}`);
  expect(table()?.findRows()).toHaveLength(portionRows);
  // The last row that is drawn isn’t that of the page.
  const drawnRow = (row: number) => table()?.findRowSelectionArea(row)?.find("input")?.getElement();
  drawnRow(portionRows)?.click();
  expect(onSelectionChange.mock.calls.pop()?.[0]).toHaveLength(portionRows);
  // Select all means the whole page.
  table()?.findSelectAllTrigger()?.find("input")?.getElement().click();
  expect(onSelectionChange.mock.calls.pop()?.[0]).toHaveLength(rowsOfAPage);
  // The others follow.
  await act(async () => {});
  await vi.waitFor(() => expect(table()?.findRows()).toHaveLength(rowsOfAPage), 30_000);
  unmount();
});
