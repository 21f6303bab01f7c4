/** The columns of a table, and their widths for the width that it has. Used by `FullTable`. */
import {
  type RefObject,
  startTransition,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import "./columnWidths.css";
import { ColumnNeeds } from "./columnNeeds";
import { fittingColumns, type MeasuredColumns, withWidths } from "./columnWidths";
import type { Column, TableLayout } from "./tablePreferences";
import { shownHead, useNaturalWidths } from "./useNaturalWidths";

/** Width of the window that isn't part of a table: navigation and padding. */
const besideTable = 236;
/** Time until an animation of the navigation has ended. */
const settleMs = 200;

/** Width of the column of the selection. */
export const selectionWidth = 54;

interface FittedColumnsOptions<Row> {
  readonly definitions: readonly Column<Row>[];
  readonly layout: TableLayout;
  /** What isn't a column: the selection and padding. */
  readonly beside: number;
  readonly hasSelection: boolean;
  /** A table without rows, as a new page has it, is in the first frame. */
  readonly hasRows: boolean;
}

interface FittedColumns<Row> {
  /** `null` until the width is known: rows for a guessed width would be rendered twice. */
  readonly columns: Column<Row>[] | null;
  /** The element around the table, which has the class `sized-columns`. */
  readonly sized: RefObject<HTMLDivElement | null>;
  /** Receives measurements. */
  readonly onWidth: (width: number) => void;
  /** The widths by column ID after the user dragged an edge, of those that the table reports. */
  readonly widthsAfter: (reported: readonly number[]) => Readonly<Record<string, number>>;
}

/**
 * Fits columns into the width of their table, so that none is cut while another one has room. The table reads the widths of
 * columns only once, so the current ones are CSS variables that override its own (`columnWidths.css`): a panel, the
 * navigation, or another size of the window renders no row. Only other columns do, in a transition once the width has
 * settled, or at once in a new size of the window.
 */
export function useFittedColumns<Row>(options: FittedColumnsOptions<Row>): FittedColumns<Row> {
  const { definitions, layout, beside } = options;
  const sized = useRef<HTMLDivElement>(null);
  const measured = useRef<number | null>(null);
  const isMeasured = useRef(false);
  /** Changes when other columns fit. */
  const [round, setRound] = useState(0);
  const needs = useRef(new ColumnNeeds());
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round uses the measured width
  const columns = useMemo(() => {
    if (measured.current === null) {
      return null;
    }
    const available = measured.current - beside;
    const fitting = fittingColumns(definitions, layout, available, needs.current.heads);
    return withWidths(fitting, layout, available);
  }, [definitions, layout, beside, round]);
  /** Of the rendering that is shown, not of one in the background. */
  const latest = useRef({ ...options, columns });

  /** The shown columns with their widths. */
  const fitColumns = useCallback(() => {
    const { columns, definitions, layout, beside } = latest.current;
    const available = (measured.current ?? 0) - beside;
    const shown = definitionsOf(columns ?? [], definitions);
    const { heads } = needs.current;
    return needs.current.fit((natural) => withWidths(shown, layout, available, natural, heads));
  }, []);
  /** The widths that the table itself uses, by column ID. */
  const own = useRef(new Map<string, number>());
  const apply = useCallback(() => {
    const { columns, beside, hasSelection } = latest.current;
    const style = sized.current?.style;
    if (columns === null || style === undefined || measured.current === null) {
      return;
    }
    if (hasSelection) {
      setWidth(style, "--column-1", `${selectionWidth}px`);
    }
    const fitted = fitColumns();
    const total = fitted.reduce((sum, { width }) => sum + Number(width), 0);
    for (const [index, { width }] of fitted.entries()) {
      // The last one takes what rounding leaves.
      const isFilling = index === fitted.length - 1 && total <= measured.current - beside;
      setWidth(style, variable(index, hasSelection), isFilling ? "auto" : `${width}px`);
    }
  }, [fitColumns]);

  useLayoutEffect(() => {
    latest.current = { ...options, columns };
    apply();
  });
  useDraggedWidths(columns, options.hasSelection, sized, own);
  /** Renders other columns if others fit. */
  const follow = useCallback(() => {
    const { definitions, layout, beside, columns } = latest.current;
    const available = (measured.current ?? 0) - beside;
    const fitting = fittingColumns(definitions, layout, available, needs.current.heads);
    if (!sameColumns(fitting, columns ?? [])) {
      setRound((round) => round + 1);
    }
  }, []);
  const onMeasured = useCallback(
    (columns: MeasuredColumns) => {
      if (needs.current.add(columns)) {
        apply();
        follow();
      }
    },
    [apply, follow],
  );
  const measureContent = useNaturalWidths(columns, options.hasRows, sized, onMeasured);

  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const windowWidth = useRef(window.innerWidth);
  const isMeasureDue = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onWidth = useCallback(
    (width: number) => {
      const isFirst = !isMeasured.current;
      isMeasured.current = true;
      measured.current = width;
      if (isFirst) {
        const change = () => setRound((round) => round + 1);
        if (latest.current.hasRows) {
          startTransition(change);
        } else {
          change();
        }
        return;
      }
      apply();
      // Rows that appeared on a hidden page have no layout.
      if (latest.current.hasRows && needs.current.isUnknown) {
        measureContent();
      }
      const isWindowResized = windowWidth.current !== window.innerWidth;
      windowWidth.current = window.innerWidth;
      isMeasureDue.current ||= isWindowResized;
      // While the user drags an edge of the window, only the first and the last width change the columns.
      if (isWindowResized && timer.current === undefined) {
        follow();
      }
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        timer.current = undefined;
        // In another zoom, the same text is a little wider.
        if (isMeasureDue.current) {
          isMeasureDue.current = false;
          measureContent();
        }
        startTransition(follow);
      }, settleMs);
    },
    [apply, follow, measureContent],
  );
  // A page that is hidden, or has no layout, is not measured.
  useLayoutEffect(() => {
    if (measured.current === null) {
      measured.current = window.innerWidth - besideTable;
      setRound((round) => round + 1);
    }
  }, []);

  const widthsAfter = useCallback(
    (reported: readonly number[]) => {
      const fitted = fitColumns();
      return Object.fromEntries(
        fitted.map(({ id, width }, index) => {
          const now = reported[index];
          const isChanged = now !== undefined && now !== own.current.get(id);
          if (now !== undefined) {
            own.current.set(id, now);
          }
          return [id, isChanged ? now : Number(width)];
        }),
      );
    },
    [fitColumns],
  );
  return { columns, sized, onWidth, widthsAfter };
}

/** Sets a variable that has another value. Setting it computes the styles of all cells again, also to the same value. */
function setWidth(style: CSSStyleDeclaration, name: string, width: string): void {
  if (style.getPropertyValue(name) !== width) {
    style.setProperty(name, width);
  }
}

/** The variable with the width of a column, as in `columnWidths.css`. The column of the selection is the first one. */
function variable(index: number, hasSelection: boolean): string {
  return `--column-${index + (hasSelection ? 2 : 1)}`;
}

/** The definitions of shown columns: their widths are not those of an earlier width of the table. */
function definitionsOf<Row>(
  columns: readonly Column<Row>[],
  definitions: readonly Column<Row>[],
): readonly Column<Row>[] {
  const ids = new Set(columns.map(({ id }) => id));
  return definitions.filter(({ id }) => ids.has(id));
}

function sameColumns<Row>(one: readonly Column<Row>[], other: readonly Column<Row>[]): boolean {
  return one.length === other.length && one.every(({ id }, index) => id === other[index]?.id);
}

/** While the user drags the edge of a column, the table changes its own width, which is shown then. */
function useDraggedWidths<Row>(
  columns: readonly Column<Row>[] | null,
  hasSelection: boolean,
  sized: RefObject<HTMLDivElement | null>,
  own: RefObject<Map<string, number>>,
): void {
  useEffect(() => {
    if (columns === null) {
      return;
    }
    for (const { id, width, minWidth } of columns) {
      // As the table reads it, when it first has the column.
      if (!own.current.has(id)) {
        own.current.set(id, Math.max(Number(width), Number(minWidth)));
      }
    }
    const head = sized.current === null ? undefined : shownHead(sized.current);
    if (head === undefined) {
      return;
    }
    const observer = new MutationObserver((changes) => {
      for (const { target } of changes) {
        const cell = target as HTMLElement;
        const index = columns.findIndex(({ id }) => cell.dataset.focusId === `header-${id}`);
        const id = columns[index]?.id;
        const width = Number.parseFloat(cell.style.width);
        if (id !== undefined && Number.isFinite(width) && width !== own.current.get(id)) {
          const name = variable(index, hasSelection);
          sized.current?.style.setProperty(name, `${width}px`);
        }
      }
    });
    observer.observe(head, { subtree: true, attributes: true, attributeFilter: ["style"] });
    return () => observer.disconnect();
  }, [columns, hasSelection, sized, own]);
}
