import { readdirSync, readFileSync } from "node:fs";
import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { PagedTable } from "./PagedTable";

const columns = ["name", "size", "pushed", "digest"];
const rows = [
  { name: "b", size: "900 kB", pushed: 2, digest: "sha256:1" },
  { name: "a", size: "1.2 MB", pushed: 10, digest: "sha256:2" },
];

function table(shown: readonly string[], items = rows, header?: string) {
  render(
    <PagedTable
      name="every"
      items={items}
      header={header}
      trackBy="name"
      columnDefinitions={shown.map((id) => ({
        id,
        header: id,
        cell: (row: (typeof rows)[number]) => row[id as keyof typeof row],
      }))}
    />,
  );
  const found = createWrapper().findTable();
  if (found === null) throw new Error("no table");
  return found;
}

describe("every table", () => {
  it("is one that sorts and resizes", () => {
    const files = readdirSync("src", { recursive: true, encoding: "utf8" });
    const others = files
      .filter((file) => file.endsWith(".tsx") && !file.includes(".test."))
      .filter((file) => /import Table\b/.test(readFileSync(`src/${file}`, "utf8")));
    expect(others).toEqual(["shared/PagedTable.tsx"]);
  });

  it.each(columns.map((id, index) => ({ id, column: index + 1 })))(
    "sorts by $id, and resizes it",
    ({ column }) => {
      const shown = table(columns);
      const first = () => shown.findBodyCell(1, 1)?.getElement().textContent;
      const sort = () => act(() => shown.findColumnSortingArea(column)?.click());
      sort();
      const ascending = first();
      sort();
      expect([ascending, first()].sort()).toEqual(["a", "b"]);
      expect(shown.findColumnResizer(column)).not.toBeNull();
    },
  );

  it.each([
    { count: 3, items: rows, header: undefined, place: null },
    { count: 4, items: rows, header: undefined, place: "a line" },
    // The line would have nothing but them.
    { count: 4, items: [], header: undefined, place: null },
    { count: 4, items: rows, header: "Title", place: "the header" },
    { count: 4, items: [], header: "Title", place: "the header" },
  ])(
    "with $count columns, the header $header and $items.length rows has preferences in $place",
    ({ count, items, header, place }) => {
      table(columns.slice(0, count), items, header);
      const found = createWrapper().findCollectionPreferences()?.getElement();
      const isInHeader = found?.closest(".header-with-tools") != null;
      expect(found === undefined ? null : isInHeader ? "the header" : "a line").toBe(place);
    },
  );
});
