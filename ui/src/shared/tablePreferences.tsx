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

export function useTableLayout(key: string): [TableLayout, (layout: TableLayout) => void] {
  return useStoredState(key, initialLayout);
}

export function visibleColumns<Row>(
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
  const base = ({ id, width }: Column<Row>) => layout.widths[id] ?? Number(width ?? 120);
  const left = available - columns.reduce((sum, column) => sum + base(column), 0);
  /** How much a column takes of what is left, or gives of what is missing. */
  const share = (column: Column<Row>) => {
    if (layout.widths[column.id] !== undefined || column.grow === undefined) {
      return 0;
    }
    const shrunk = Number(column.minWidth ?? shrunkWidth);
    return left >= 0 ? column.grow : Math.max(0, base(column) - shrunk);
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
          visibleContent: detail.visibleContent ?? layout.visibleContent,
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
            label: "Columns",
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
