/** The stored layout of a table, and its dialog. `PagedTable` uses both. */
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import type { TableProps } from "@cloudscape-design/components/table";
import { changeDensity, useDensity } from "./density";
import { useStoredState } from "./useStoredState";

/** Page size of a table without preferences. Only visible rows are rendered. */
export const rowsOfAPage = 50;

/** A column. Its `width` is that of usual content, and `columnWidths.ts` fits it into the table. */
export type Column<Row> = TableProps.ColumnDefinition<Row> & {
  readonly id: string;
  /** Its share of the width that the others leave. It also gives way before those without, down to its `minWidth`. */
  readonly grow?: number;
  /** Whether its content keeps its width, as a digest does, so that it needs no room for a longer one. */
  readonly steady?: boolean;
  /** Whether rows can't be sorted by it, for example because it has buttons. */
  readonly unsorted?: boolean;
  /** Whether the column is hidden until the user chooses it. */
  readonly hidden?: boolean;
  /** Whether the user asked for it beside the table, so that it is shown whatever columns were chosen. */
  readonly asked?: boolean;
  /**
   * Its place among the columns that give way where not all fit: 1 is hidden first. Without it, the column
   * is always shown. Columns that the user chose stay, too.
   */
  readonly hideOrder?: number;
  /** Whether columns with a `hideOrder` are hidden where there is no room for its `width`. */
  readonly keepsWidth?: boolean;
  /** Whether it is hidden as soon as another column gets less than its `width`, because those say more. */
  readonly needsRoom?: boolean;
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
