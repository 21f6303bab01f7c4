import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, render } from "@testing-library/react";
import { expect, it } from "vitest";
import { PagedTable, rowsOfAPage } from "./PagedTable";

const rows = Array.from({ length: 10_000 }, (_, number) => `image-${number}`);

it("draws one page of thousands of rows, and searches all of them", () => {
  const shown = (items: readonly string[]) => (
    <PagedTable
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
