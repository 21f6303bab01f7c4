import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { ReactNode } from "react";
import { formatCounted } from "./format";
import { paginationLabels } from "./tableLabels";

/** Rows of a page: more are not seen at once, and what is not seen is not drawn. */
export const rowsOfAPage = 50;

/** Props of {@link PagedTable}: those of a table, and how its rows are found. */
export interface PagedTableProps<Row> extends Omit<TableProps<Row>, "filter" | "pagination"> {
  /** What a row is found by: its words. */
  words?: (row: Row) => readonly (string | null)[];
  /** What the search says that it finds, such as `an image by name or state`; nothing for none. */
  finds?: string;
  /** Further filters, beside the search. */
  filters?: ReactNode;
}

/** A table that draws one page of its rows, and searches all of them. */
export function PagedTable<Row>({ words, finds, filters, ...table }: PagedTableProps<Row>) {
  const { items, filteredItemsCount, filterProps, paginationProps } = useCollection(table.items, {
    filtering: {
      filteringFunction: (row, text) => {
        const wanted = text.trim().toLowerCase();
        return (
          wanted === "" || (words?.(row) ?? []).some((word) => word?.toLowerCase().includes(wanted))
        );
      },
      noMatch: (
        <Box textAlign="center" padding="m">
          Nothing matches.
        </Box>
      ),
    },
    pagination: { pageSize: rowsOfAPage },
  });
  const paged = table.items.length > rowsOfAPage;
  return (
    <Table
      {...table}
      items={items}
      empty={filterProps.filteringText === "" ? table.empty : "Nothing matches."}
      filter={
        ((paged && finds !== undefined) || filters) && (
          <SpaceBetween direction="horizontal" size="s" alignItems="center">
            {paged && finds !== undefined && (
              <TextFilter
                {...filterProps}
                filteringPlaceholder={`Find ${finds}`}
                filteringAriaLabel={`Find ${finds}`}
                filteringClearAriaLabel="Clear the search"
                countText={formatCounted(filteredItemsCount ?? 0, "match", "matches")}
              />
            )}
            {filters}
          </SpaceBetween>
        )
      }
      pagination={
        paged ? <Pagination {...paginationProps} ariaLabels={paginationLabels} /> : undefined
      }
    />
  );
}
