/** Which columns of a table are shown, and how wide they are. Pure functions that `useFittedColumns` calls. */
import { type Column, type TableLayout, visibleColumns } from "./tablePreferences";

/** The widths that show the content of each row as a whole, by column ID. */
export type NaturalWidths = ReadonlyMap<string, number>;

/** What was measured of the columns of a table. */
export interface MeasuredColumns {
  readonly columns: NaturalWidths;
  /** The widths that show the headings alone, by column ID. */
  readonly heads: NaturalWidths;
}

/** The width to which a column with `grow` shrinks, unless it has a `minWidth`. */
const shrunkWidth = 110;

function defaultWidth<Row>({ width }: Column<Row>): number {
  return Number(width ?? 120);
}

/** The width that a column needs at least: its heading is always shown as a whole. */
function narrowestWidth<Row>(column: Column<Row>, heads: NaturalWidths): number {
  const width = defaultWidth(column);
  const narrowest =
    column.grow === undefined ? width : Math.min(width, Number(column.minWidth ?? shrunkWidth));
  return Math.max(narrowest, heads.get(column.id) ?? 0);
}

/** The width below which other columns are hidden for it. */
function wantedWidth<Row>(column: Column<Row>, heads: NaturalWidths): number {
  return column.keepsWidth ? usualWidth(column, heads) : narrowestWidth(column, heads);
}

function usualWidth<Row>(column: Column<Row>, heads: NaturalWidths): number {
  return Math.max(defaultWidth(column), heads.get(column.id) ?? 0);
}

/**
 * The visible columns that fit into the available width side by side, so that the table doesn't scroll
 * sideways. Widths of the user hide no column: it would vanish while another one is dragged.
 */
export function fittingColumns<Row>(
  columns: readonly Column<Row>[],
  layout: TableLayout,
  available: number,
  heads: NaturalWidths = new Map(),
): readonly Column<Row>[] {
  let shown = visibleColumns(columns, layout);
  if (layout.visibleContent !== null) {
    return shown;
  }
  const order = (column: Column<Row>) => column.hideOrder ?? Number.POSITIVE_INFINITY;
  const isTooWide = (width: (column: Column<Row>, heads: NaturalWidths) => number) =>
    shown.reduce((sum, one) => sum + width(one, heads), 0) > available;
  if (isTooWide(usualWidth)) {
    shown = shown.filter(({ needsRoom }) => needsRoom !== true);
  }
  while (isTooWide(wantedWidth)) {
    const first = Math.min(...shown.map(order));
    if (first === Number.POSITIVE_INFINITY) {
      break;
    }
    shown = shown.filter((column) => order(column) !== first);
  }
  return shown;
}

/**
 * The room that a column without `grow` keeps beside its content, unless it is steady: numbers and states become a little wider
 * while they are shown, which must not move the other columns.
 */
const reserve = 24;

/** A column whose width rises from the one that it needs at least. */
interface Part {
  width: number;
  /** Shows its content as a whole. */
  readonly natural: number;
  readonly usual: number;
  readonly grow: number | undefined;
}

/**
 * Fits the columns into the available width: first all get what they need at least, then the room goes to those whose
 * content is cut, then to those that are narrower than usual, and the rest to those with `grow`. A column without `grow`
 * needs its content with a reserve, but not more than usual for that. Without `natural`, the content of every column is as
 * wide as usual. `heads` are the widths that show the headings. A width of the user stays.
 */
export function withWidths<Row>(
  columns: readonly Column<Row>[],
  layout: TableLayout,
  available: number,
  natural: NaturalWidths = new Map(),
  heads: NaturalWidths = new Map(),
): Column<Row>[] {
  const parts = columns.map((column): Part => {
    const own = layout.widths[column.id];
    if (own !== undefined) {
      return { width: own, natural: own, usual: own, grow: 0 };
    }
    const usual = defaultWidth(column);
    const content = Math.max(natural.get(column.id) ?? usual, heads.get(column.id) ?? 0);
    const needed =
      column.grow === undefined && column.steady !== true
        ? Math.max(content, Math.min(content + reserve, usual))
        : content;
    const width = Math.min(needed, narrowestWidth(column, heads));
    return { width, natural: needed, usual: Math.max(usual, needed), grow: column.grow };
  });
  let room = available - parts.reduce((sum, { width }) => sum + width, 0);
  const share = ({ grow = 1 }: Part) => grow;
  room = widen(parts, room, ({ natural }) => natural, share);
  room = widen(parts, room, ({ usual }) => usual, share);
  const isGrowing = parts.some(({ grow }) => grow !== undefined && grow > 0);
  widen(
    parts,
    room,
    () => Number.POSITIVE_INFINITY,
    ({ grow, usual }) => (isGrowing ? (grow ?? 0) : grow === 0 ? 0 : usual),
  );
  return columns.map((column, index) => ({
    ...column,
    minWidth: column.minWidth ?? 60,
    width: Math.floor(parts[index]?.width ?? 0),
  }));
}

/** Shares the room among the columns until each has the wanted width. Returns what is left. */
function widen(
  parts: readonly Part[],
  room: number,
  wanted: (part: Part) => number,
  share: (part: Part) => number,
): number {
  let left = room;
  let open = parts.filter((part) => wanted(part) > part.width && share(part) > 0);
  while (left > 0 && open.length > 0) {
    const perShare = left / open.reduce((sum, part) => sum + share(part), 0);
    const filled = open.filter((part) => wanted(part) - part.width <= perShare * share(part));
    if (filled.length === 0) {
      for (const part of open) {
        part.width += perShare * share(part);
      }
      return 0;
    }
    for (const part of filled) {
      left -= wanted(part) - part.width;
      part.width = wanted(part);
    }
    open = open.filter((part) => !filled.includes(part));
  }
  return Math.max(0, left);
}
