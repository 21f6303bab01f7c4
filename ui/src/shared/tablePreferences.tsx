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

/** Distributes the available width over the columns with `grow`. A width of the user stays. */
export function withWidths<Row>(
  columns: readonly Column<Row>[],
  layout: TableLayout,
  available: number,
): Column<Row>[] {
  const base = ({ id, width }: Column<Row>) => layout.widths[id] ?? Number(width ?? 120);
  const rest = Math.max(0, available - columns.reduce((sum, column) => sum + base(column), 0));
  const growing = columns.reduce((sum, { grow }) => sum + (grow ?? 0), 0);
  return columns.map((column) => ({
    ...column,
    minWidth: column.minWidth ?? 60,
    width:
      layout.widths[column.id] ??
      Math.floor(base(column) + (growing === 0 ? 0 : (rest * (column.grow ?? 0)) / growing)),
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
