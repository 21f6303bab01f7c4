/** The stored layout of a table, and its dialog. `PagedTable` uses both. */
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import type { TableProps } from "@cloudscape-design/components/table";
import { changeDensity, useDensity } from "./density";
import { useStoredState } from "./useStoredState";

/** Page size of a table without preferences. Only visible rows are rendered. */
export const rowsOfAPage = 50;

/** A column. Columns with `grow` share the width that the others leave. */
export type Column<Row> = TableProps.ColumnDefinition<Row> & {
  readonly id: string;
  readonly grow?: number;
  /** Whether the column is hidden until the user chooses it. */
  readonly hidden?: boolean;
  /** Whether the user asked for it beside the table, so that it is shown whatever columns were chosen. */
  readonly asked?: boolean;
  /**
   * Its place among the columns that give way where not all fit: 1 is hidden first. Without it, the column
   * is always shown. Columns that the user chose stay, too.
   */
  readonly hideOrder?: number;
};

export interface TableLayout {
  readonly pageSize: number;
  readonly wrapLines: boolean;
  /** IDs of visible columns, or `null` for the default ones. */
  readonly visibleContent: readonly string[] | null;
  /** Widths that the user changed, by column ID. */
  readonly widths: Readonly<Record<string, number>>;
}

const initialLayout: TableLayout = {
  pageSize: rowsOfAPage,
  wrapLines: false,
  visibleContent: null,
  widths: {},
};

const wrappingLayout: TableLayout = { ...initialLayout, wrapLines: true };

/** The stored layout of a table. Its lines wrap initially if `wrapsLines`. */
export function useTableLayout(
  key: string,
  wrapsLines: boolean,
): [TableLayout, (layout: TableLayout) => void] {
  return useStoredState(key, wrapsLines ? wrappingLayout : initialLayout);
}

function visibleColumns<Row>(
  columns: readonly Column<Row>[],
  layout: TableLayout,
): readonly Column<Row>[] {
  const { visibleContent } = layout;
  return columns.filter(
    ({ id, hidden, asked }, index) =>
      asked === true ||
      (visibleContent === null ? hidden !== true : index === 0 || visibleContent.includes(id)),
  );
}

/** The width to which a column with `grow` shrinks, unless it has a `minWidth`. */
const shrunkWidth = 110;

function defaultWidth<Row>({ width }: Column<Row>): number {
  return Number(width ?? 120);
}

/** The width that a column needs at least. */
function narrowestWidth<Row>(column: Column<Row>): number {
  const width = defaultWidth(column);
  return column.grow === undefined
    ? width
    : Math.min(width, Number(column.minWidth ?? shrunkWidth));
}

/**
 * The visible columns that fit into the available width side by side, so that the table doesn't scroll
 * sideways. Widths of the user hide no column: it would vanish while another one is dragged.
 */
export function fittingColumns<Row>(
  columns: readonly Column<Row>[],
  layout: TableLayout,
  available: number,
): readonly Column<Row>[] {
  let shown = visibleColumns(columns, layout);
  const order = (column: Column<Row>) => column.hideOrder ?? Number.POSITIVE_INFINITY;
  const isTooWide = () => shown.reduce((sum, one) => sum + narrowestWidth(one), 0) > available;
  while (layout.visibleContent === null && isTooWide()) {
    const first = Math.min(...shown.map(order));
    if (first === Number.POSITIVE_INFINITY) {
      break;
    }
    shown = shown.filter((column) => order(column) !== first);
  }
  return shown;
}

/**
 * Fits the columns into the available width. Those with `grow` share what is left, or give the room that
 * is missing: their texts have an ellipsis, so that the columns at the end stay in view. A width of the
 * user stays.
 */
export function withWidths<Row>(
  columns: readonly Column<Row>[],
  layout: TableLayout,
  available: number,
): Column<Row>[] {
  const base = (column: Column<Row>) => layout.widths[column.id] ?? defaultWidth(column);
  const left = available - columns.reduce((sum, column) => sum + base(column), 0);
  /** How much a column takes of what is left, or gives of what is missing. */
  const share = (column: Column<Row>) => {
    if (layout.widths[column.id] !== undefined || column.grow === undefined) {
      return 0;
    }
    return left >= 0 ? column.grow : base(column) - narrowestWidth(column);
  };
  const shares = columns.reduce((sum, column) => sum + share(column), 0);
  const change = left >= 0 ? left : Math.max(left, -shares);
  return columns.map((column) => ({
    ...column,
    minWidth: column.minWidth ?? 60,
    width: Math.floor(base(column) + (shares === 0 ? 0 : (change * share(column)) / shares)),
  }));
}

interface TablePreferencesProps<Row> {
  columns: readonly Column<Row>[];
  layout: TableLayout;
  onChange: (layout: TableLayout) => void;
  "data-testid": string | undefined;
}

export function TablePreferences<Row>({
  columns,
  layout,
  onChange,
  "data-testid": testId,
}: TablePreferencesProps<Row>) {
  const density = useDensity();
  const initial = visibleColumns(columns, { ...layout, visibleContent: null }).map(({ id }) => id);
  /** `null` as long as the choice is the initial one, which follows the width of the window. */
  const chosenContent = (chosen: readonly string[] | undefined) =>
    chosen?.length === initial.length && initial.every((id) => chosen.includes(id))
      ? null
      : (chosen ?? layout.visibleContent);
  return (
    <CollectionPreferences
      title="Preferences"
      confirmLabel="Confirm"
      cancelLabel="Cancel"
      preferences={{
        pageSize: layout.pageSize,
        wrapLines: layout.wrapLines,
        contentDensity: density,
        visibleContent: visibleColumns(columns, layout).map(({ id }) => id),
      }}
      onConfirm={({ detail }) => {
        onChange({
          ...layout,
          pageSize: detail.pageSize ?? layout.pageSize,
          wrapLines: detail.wrapLines ?? layout.wrapLines,
          visibleContent: chosenContent(detail.visibleContent),
        });
        changeDensity(detail.contentDensity === "comfortable" ? "comfortable" : "compact");
      }}
      pageSizePreference={{
        title: "Page size",
        options: [25, 50, 100].map((value) => ({ value, label: `${value} rows` })),
      }}
      wrapLinesPreference={{
        label: "Wrap lines",
        description: "Shows long values in several lines.",
      }}
      contentDensityPreference={{
        label: "Compact mode",
        description: "Shows more rows. Applies to the whole window.",
      }}
      visibleContentPreference={{
        title: "Columns",
        options: [
          {
            label: "A narrow window hides some of them until you change this list.",
            options: columns.map(({ id, header }, index) => ({
              id,
              label: typeof header === "string" ? header : id,
              editable: index > 0,
            })),
          },
        ],
      }}
      data-testid={testId}
    />
  );
}
