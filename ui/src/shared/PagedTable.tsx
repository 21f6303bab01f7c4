import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type MouseEvent, type ReactNode, useEffect, useMemo, useRef } from "react";
import { FillHeight } from "./FillHeight";
import { formatCounted } from "./format";
import { useHiddenCopies } from "./hiddenCopies";
import { MeasuredWidth } from "./MeasuredWidth";
import { OneLineProvider } from "./oneLine";
import { compareShown, isOpaque } from "./shownOrder";
import { TableBesidePanel } from "./TableBesidePanel";
import { TableTools } from "./TableTools";
import { paginationLabels } from "./tableLabels";
import { type Column, rowsOfAPage, TablePreferences, useTableLayout } from "./tablePreferences";
import { selectionWidth, useFittedColumns } from "./useFittedColumns";
import { useRowPortions } from "./useRowPortions";
import { wholeSelection } from "./wholeSelection";

export { rowsOfAPage } from "./tablePreferences";

interface PagedTableProps<Row> extends Omit<TableProps<Row>, "filter" | "pagination"> {
  /** Searchable words of a row. */
  words?: (row: Row) => readonly (string | null)[];
  /**
   * Used in the filter placeholder, for example `images by name or state`. Without it, the table
   * has no filter.
   */
  finds?: string;
  /** Additional filters and buttons beside the filter. */
  filters?: ReactNode;
  /** The ID of the column that sorts the rows initially. */
  sortedBy?: string;
  /** Whether the initial order is descending, for example the newest first. */
  sortedDescending?: boolean;
}

/** Whether one of the words contains the text. */
function someWordContains(words: readonly (string | null)[], text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted === "" || words.some((word) => word?.toLowerCase().includes(wanted));
}

/** Filtering, sorting, and pages of a table. */
function usePages<Row>(
  items: readonly Row[],
  columns: readonly TableProps.ColumnDefinition<Row>[],
  words: PagedTableProps<Row>["words"],
  pageSize: number,
  sortedBy?: string,
  sortedDescending = false,
  alsoFound?: (row: Row) => boolean,
) {
  const first = sortedBy && columns.find(({ id }) => id === sortedBy);
  const collection = useCollection(items, {
    filtering: {
      filteringFunction: (row, text) =>
        someWordContains(words?.(row) ?? [], text) || alsoFound?.(row) === true,
    },
    sorting: first
      ? { defaultState: { sortingColumn: first, isDescending: sortedDescending } }
      : {},
    pagination: { pageSize },
  });
  const { sortingColumn: chosen, sortingDescending, onSortingChange } = collection.collectionProps;
  // Columns are made again with what their cells show. The table knows a sorted one by its comparator.
  const sortedId = chosen === undefined ? undefined : (chosen as { id?: string }).id;
  const sortingColumn = columns.find(({ id }) => id !== undefined && id === sortedId) ?? chosen;
  const sorting = { sortingColumn, sortingDescending, onSortingChange };
  /** Changes when the user asks for other rows. */
  const page = JSON.stringify([
    collection.paginationProps.currentPageIndex,
    collection.filterProps.filteringText,
    sortedId ?? sortingColumn?.sortingField,
    sortingDescending,
  ]);
  return { ...collection, sorting, page };
}

/** The columns. Those without an order of their own sort by what they show in these rows, except with `null`. */
function useSortedColumns<Row>(
  definitions: readonly Column<Row>[],
  items: readonly Row[] | null,
): readonly Column<Row>[] {
  const latest = useRef(definitions);
  latest.current = definitions;
  const first = items?.[0];
  /** The columns without an order, as a text that stays the same in the next rendering. */
  const unsorted = definitions
    .filter(
      ({ unsorted, sortingField, sortingComparator, cell }) =>
        unsorted === true ||
        (sortingField === undefined &&
          sortingComparator === undefined &&
          (first === undefined || isOpaque(cell(first)))),
    )
    .map(({ id }) => id)
    .join(" ");
  return useMemo(
    () =>
      definitions.map((column): Column<Row> => {
        if (unsorted.split(" ").includes(column.id) || column.unsorted === true) {
          return column;
        }
        // The order that the user chose is kept while definitions change, and compares what they show now.
        const compare = (one: Row, other: Row) => {
          const current = latest.current.find(({ id }) => id === column.id) ?? column;
          return (
            current.sortingComparator?.(one, other) ??
            compareShown(current.cell(one), current.cell(other))
          );
        };
        const hasOwnField =
          column.sortingField !== undefined && column.sortingComparator === undefined;
        return hasOwnField
          ? column
          : { ...column, sortingField: column.id, sortingComparator: compare };
      }),
    [definitions, unsorted],
  );
}

function noMatches(onClear: () => void): ReactNode {
  return (
    <Box textAlign="center" padding="m">
      <SpaceBetween size="s">
        <Box variant="strong">No matches</Box>
        <Button onClick={onClear}>Clear filter</Button>
      </SpaceBetween>
    </Box>
  );
}

/** Fewer columns are always all shown, so that there is nothing to choose. */
const columnsToChoose = 4;

interface PartTableProps<Row>
  extends Omit<FullTableProps<Row>, "section" | "wrapsLines" | "below"> {}

/**
 * A table for a part of a page or a dialog, as high as its rows. Its columns sort and resize as those of a list page. It has a
 * filter with its second page, and preferences if there are columns to choose.
 */
export function PagedTable<Row>({ finds, wrapLines = false, ...table }: PartTableProps<Row>) {
  const isPaged = table.items.length > rowsOfAPage;
  return (
    <FullTable
      section
      sortsShown
      wrapsLines={wrapLines}
      finds={isPaged ? finds : undefined}
      hasPreferences={isPaged || table.columnDefinitions.length >= columnsToChoose}
      {...table}
    />
  );
}

export type Compare<Row> = (one: Row, other: Row) => number;

interface FullTableProps<Row> extends Omit<PagedTableProps<Row>, "columnDefinitions"> {
  columnDefinitions: readonly Column<Row>[];
  /** The stored layout, and the prefix of the test IDs: `repositories`. */
  name: string;
  /** The key of the stored layout, if not `name`. */
  storageKey?: string;
  /** Space to leave free below the table, for example for a footer. */
  below?: number;
  /**
   * Receives the element beside the rows in which a panel is drawn, below the tools. The tools keep the
   * whole width, so that they stay in one line while the panel is open.
   */
  onPanelSlot?: (slot: HTMLElement | null) => void;
  /** Whether it is as high as its rows, in a section of a page, instead of filling the window. */
  section?: boolean;
  /** Whether long texts take several lines until the user chooses one line. */
  wrapsLines?: boolean;
  /** Adds rows below rows of the page, in the order of `compare`, or their own if it is `null`. */
  nested?: (rows: readonly Row[], compare: Compare<Row> | null) => readonly Row[];
  /** Called with the text of the filter when it changes. */
  onFilter?: (text: string) => void;
  /** Rows that the filter finds besides those whose words contain its text. */
  alsoFound?: (row: Row) => boolean;
  /** How many rows the filter found, for example `3 migrations with 12 images`. */
  countText?: (matches: number) => string;
  /** Called with the IDs of the shown columns when they change. */
  onColumns?: (ids: readonly string[]) => void;
  /** Called with the visible rows when they change. */
  onPage?: (rows: readonly Row[]) => void;
  /** Whether the user can choose its columns, page size and density. */
  hasPreferences?: boolean;
  /** Whether columns without an order of their own sort by what they show. */
  sortsShown?: boolean;
}

/** The padding and border of a section at its left and right. An embedded table has none. */
function sectionPadding(variant: TableProps["variant"]): number {
  return variant === "embedded" || variant === "borderless" ? 0 : 44;
}

function sameRows<Row>(before: readonly Row[] | null, now: readonly Row[]): boolean {
  return before?.length === now.length && now.every((row, index) => row === before[index]);
}

/** Returns what tells rows apart. */
function keyFunction<Row>(trackBy: TableProps<Row>["trackBy"]): (row: Row) => unknown {
  if (typeof trackBy === "string") {
    return (row) => row[trackBy as keyof Row];
  }
  return trackBy ?? ((row) => row);
}

/** The order that the user chose, or `null`. */
function comparison<Row>(
  column: TableProps.SortingColumn<Row> | undefined,
  descending: boolean | undefined,
): Compare<Row> | null {
  const compare = column?.sortingComparator;
  if (compare === undefined) {
    return null;
  }
  return descending ? (one, other) => compare(other, one) : compare;
}

function HeaderWithTools({ header, children }: { header: ReactNode; children: ReactNode }) {
  return (
    <div className="header-with-tools">
      <div>{header}</div>
      {children}
    </div>
  );
}

/**
 * The table of a list page. It fills the window: the table scrolls, and the page doesn't. Rows have
 * one line. The user's columns, widths, page size, and density are kept. A `section` has the same
 * rows and preferences in a part of a page.
 */
export function FullTable<Row>(props: FullTableProps<Row>) {
  const { words, finds, filters, sortedBy, sortedDescending, name, storageKey, ...rest } = props;
  const {
    below,
    section = false,
    wrapsLines = false,
    onPanelSlot,
    onPage,
    onColumns,
    onFilter,
    alsoFound,
    countText,
    nested,
    hasPreferences = true,
    sortsShown = false,
    columnDefinitions,
    ...table
  } = rest;
  const columnsInOrder = useSortedColumns(columnDefinitions, sortsShown ? table.items : null);
  const [layout, setLayout] = useTableLayout(storageKey ?? `${name}.table`, wrapsLines);
  const { items, actions, filteredItemsCount, filterProps, paginationProps, sorting, page } =
    usePages(
      table.items,
      columnsInOrder,
      words,
      layout.pageSize,
      sortedBy,
      sortedDescending,
      alsoFound,
    );
  const latestOnFilter = useRef(onFilter);
  latestOnFilter.current = onFilter;
  const { filteringText } = filterProps;
  useEffect(() => latestOnFilter.current?.(filteringText), [filteringText]);
  const latest = useRef(onPage);
  latest.current = onPage;
  const reported = useRef<readonly Row[] | null>(null);
  useEffect(() => {
    // The list is new with every rendering, also if its rows are the same.
    if (!sameRows(reported.current, items)) {
      reported.current = items;
      latest.current?.(items);
    }
  });
  useHiddenCopies();
  const hasSelection = table.selectionType !== undefined;
  const { columns, sized, onWidth, widthsAfter } = useFittedColumns({
    definitions: columnsInOrder,
    layout,
    beside: (hasSelection ? selectionWidth : 0) + (section ? sectionPadding(table.variant) : 0),
    hasSelection,
    hasRows: table.items.length > 0,
  });
  const shownIds = columns?.map(({ id }) => id).join(" ") ?? "";
  const latestOnColumns = useRef(onColumns);
  latestOnColumns.current = onColumns;
  useEffect(() => latestOnColumns.current?.(shownIds.split(" ")), [shownIds]);
  const rows =
    nested?.(items, comparison(sorting.sortingColumn, sorting.sortingDescending)) ?? items;
  const drawn = useRowPortions(rows, page);
  const pages = Math.ceil((filteredItemsCount ?? table.items.length) / layout.pageSize);
  const isHeadClicked = useRef(false);
  const onClickCapture = ({ target }: MouseEvent) => {
    isHeadClicked.current = (target as Element).closest("thead") !== null;
  };
  const place = (table: ReactNode) => {
    const shown = columns !== null && (
      <div
        ref={sized}
        className={`sized-columns ${isInHead && preferences ? "preferences-in-head" : ""}`}
        onClickCapture={onClickCapture}
      >
        <OneLineProvider value={!layout.wrapLines}>{table}</OneLineProvider>
        {isInHead && preferences && <div className="head-preferences">{preferences}</div>}
      </div>
    );
    return section ? (
      <MeasuredWidth onWidth={onWidth}>{shown}</MeasuredWidth>
    ) : (
      <FillHeight below={below} scrollKey={paginationProps.currentPageIndex} onWidth={onWidth}>
        {shown}
      </FillHeight>
    );
  };
  const filter = (finds !== undefined || filters) && (
    <TableTools
      filterProps={filterProps}
      finds={finds}
      countText={
        countText?.(filteredItemsCount ?? 0) ??
        formatCounted(filteredItemsCount ?? 0, "match", "matches")
      }
      filters={filters}
      data-testid={`${name}-search`}
    />
  );
  const pagination = pages > 1 && (
    <Pagination {...paginationProps} ariaLabels={paginationLabels} data-testid={`${name}-pages`} />
  );
  // Without a filter and pages, they would take a line alone.
  const isAlone = !filter && pagination === false;
  const isInHeader = isAlone && table.header !== undefined;
  // The head of a table without a title has the only other line for them. Without rows, there is nothing to choose.
  const isInHead = isAlone && section && table.header === undefined;
  const isNeedless = isInHead && table.items.length === 0;
  const preferences = hasPreferences && !isNeedless && (
    <TablePreferences
      columns={columnDefinitions}
      layout={layout}
      onChange={setLayout}
      data-testid={`${name}-preferences`}
    />
  );
  const tools = { filter, pagination, preferences: isInHead ? false : preferences };
  // In the header of the table, the tools wrap where they could give way. A title stands above them.
  const isToolbarAbove = !section && table.header === undefined;
  const ownTools = isInHeader
    ? { header: <HeaderWithTools header={table.header}>{preferences}</HeaderWithTools> }
    : tools;
  const shown = place(
    <Table
      variant={section ? "container" : "borderless"}
      {...sorting}
      {...table}
      {...(isToolbarAbove ? {} : ownTools)}
      items={drawn}
      onSelectionChange={(event) => {
        const selectedItems = wholeSelection(event.detail.selectedItems, {
          drawn,
          rows,
          isOfAll: isHeadClicked.current,
          keyOf: keyFunction(table.trackBy),
          isSelectable: (row) => !(table.isItemDisabled?.(row) ?? false),
        });
        table.onSelectionChange?.({ ...event, detail: { selectedItems: [...selectedItems] } });
      }}
      columnDefinitions={columns ?? []}
      wrapLines={layout.wrapLines}
      resizableColumns
      onColumnWidthsChange={({ detail }) =>
        setLayout({ ...layout, widths: { ...layout.widths, ...widthsAfter(detail.widths) } })
      }
      stickyHeader={!section}
      empty={
        filterProps.filteringText === "" ? table.empty : noMatches(() => actions.setFiltering(""))
      }
    />,
  );
  return isToolbarAbove ? (
    <TableBesidePanel {...tools} onPanelSlot={onPanelSlot}>
      {shown}
    </TableBesidePanel>
  ) : (
    shown
  );
}
