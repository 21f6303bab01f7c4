import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { ReactNode } from "react";
import { formatCounted } from "./format";
import { paginationLabels } from "./tableLabels";

/** Page size. Only visible rows are rendered. */
export const rowsOfAPage = 50;

export interface PagedTableProps<Row> extends Omit<TableProps<Row>, "filter" | "pagination"> {
  /** Searchable words of a row. */
  words?: (row: Row) => readonly (string | null)[];
  /**
   * Used in the filter placeholder, for example `images by name or state`. Without it, the table
   * has no filter.
   */
  finds?: string;
  /** Additional filters. */
  filters?: ReactNode;
}

/** A table with pagination and a text filter. */
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
          No matches
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
      empty={filterProps.filteringText === "" ? table.empty : "No matches"}
      filter={
        ((paged && finds !== undefined) || filters) && (
          <SpaceBetween direction="horizontal" size="s" alignItems="center">
            {paged && finds !== undefined && (
              <TextFilter
                {...filterProps}
                filteringPlaceholder={`Find ${finds}`}
                filteringAriaLabel={`Find ${finds}`}
                filteringClearAriaLabel="Clear filter"
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
