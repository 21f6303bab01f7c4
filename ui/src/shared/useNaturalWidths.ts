/** Measures how wide the columns of a table are if nothing is cut. Called by `useFittedColumns`. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import type { MeasuredColumns } from "./columnWidths";
import type { Column } from "./tablePreferences";

/** Time from a change of what cells show until it is measured, so that a table that changes all the time is measured rarely. */
const contentMs = 300;

/** A class that lets the browser lay out the columns by their content, see `columnWidths.css`. */
const measuring = "measured-columns";

/** A class that gives the table another box for a moment, see `columnWidths.css`. */
const rebuilding = "rebuilt-cells";

/**
 * Returns the widths of the drawn rows and of the head, by column ID, or `null` while the table has no layout. Nothing is drawn
 * between the two layouts, so nobody sees the first one.
 */
function measureNaturalWidths(sized: HTMLElement, isZoomed: boolean): MeasuredColumns | null {
  const head = shownHead(sized);
  if (head === undefined || head.getClientRects().length === 0) {
    return null;
  }
  // A message instead of rows takes all columns.
  const hasRows = sized.querySelector("tbody td[colspan]") === null;
  const scrolling = scrollPositions(sized);
  if (isZoomed) {
    forgetWidthsOfTexts(sized);
  }
  sized.classList.add(measuring);
  const columns = new Map<string, number>();
  const heads = new Map<string, number>();
  for (const cell of head.querySelectorAll<HTMLElement>("th[data-focus-id^=header-]")) {
    const id = (cell.dataset.focusId ?? "").slice("header-".length);
    const { width } = cell.getBoundingClientRect();
    if (hasRows) {
      columns.set(id, Math.ceil(width));
    }
    heads.set(id, Math.ceil(width - spareInHead(cell)));
  }
  sized.classList.remove(measuring);
  for (const { element, top, left } of scrolling) {
    if (element.scrollTop !== top || element.scrollLeft !== left) {
      element.scrollTo(left, top);
    }
  }
  return { columns, heads };
}

/**
 * In another zoom, WebKit keeps the widths of texts in cells that it computed before, until the cells have new boxes: they would
 * be too narrow after zooming in, and up to twice as wide after zooming out.
 */
function forgetWidthsOfTexts(sized: HTMLElement): void {
  sized.classList.add(rebuilding);
  // Only a layout builds the boxes.
  sized.getBoundingClientRect();
  sized.classList.remove(rebuilding);
}

/** The width in the cell of a heading that its text doesn't use. */
function spareInHead(cell: HTMLElement): number {
  const text = cell.querySelector("[class*=header-cell-text]");
  if (text === null) {
    return 0;
  }
  const content = document.createRange();
  content.selectNodeContents(text);
  return text.getBoundingClientRect().width - content.getBoundingClientRect().width;
}

/** The head whose cells have the widths. The copy that stays in view mirrors them. */
export function shownHead(sized: HTMLElement): HTMLElement | undefined {
  return [...sized.querySelectorAll("thead")].find(
    (head) => head.closest("[aria-hidden=true]") === null,
  );
}

/** Where the table and what it scrolls in are scrolled to. Another layout of the table can change it. */
function scrollPositions(sized: HTMLElement) {
  const elements = [
    document.documentElement,
    sized.closest(".fill-height"),
    ...sized.querySelectorAll("[class*=awsui_wrapper]"),
  ];
  return elements
    .filter((element) => element !== null)
    .map((element) => ({ element, top: element.scrollTop, left: element.scrollLeft }));
}

/**
 * Measures the content of other columns before they are drawn, and what changes in them later. Returns what measures at once.
 */
export function useNaturalWidths<Row>(
  columns: readonly Column<Row>[] | null,
  hasRows: boolean,
  sized: RefObject<HTMLDivElement | null>,
  onMeasured: (measured: MeasuredColumns) => void,
): () => void {
  /** The width of the window of the boxes that are measured. Another one can be another zoom. */
  const builtAt = useRef(window.innerWidth);
  const measure = useCallback(() => {
    const isZoomed = builtAt.current !== window.innerWidth;
    const measured = sized.current === null ? null : measureNaturalWidths(sized.current, isZoomed);
    if (measured !== null) {
      builtAt.current = window.innerWidth;
      onMeasured(measured);
    }
  }, [sized, onMeasured]);
  const ids = columns?.map(({ id }) => id).join(" ");
  // Without rows, too: WebKit keeps the width of a table from which columns were removed until its layout changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: other columns and first rows have another content
  useLayoutEffect(measure, [ids, hasRows, measure]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a first set of columns adds the element
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new MutationObserver(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        measure();
      }, contentMs);
    });
    if (sized.current !== null) {
      observer.observe(sized.current, { subtree: true, childList: true, characterData: true });
    }
    return () => {
      observer.disconnect();
      clearTimeout(timer);
    };
  }, [sized, columns === null, measure]);
  return measure;
}
