/** Measures how wide the columns of a table are if nothing is cut. Called by `useFittedColumns`. */
import { type RefObject, useCallback, useEffect, useLayoutEffect } from "react";
import type { NaturalWidths } from "./columnWidths";
import type { Column } from "./tablePreferences";

/** Time from a change of what cells show until it is measured, so that a table that changes all the time is measured rarely. */
const contentMs = 300;

/** A class that lets the browser lay out the columns by their content, see `columnWidths.css`. */
const measuring = "measured-columns";

/**
 * Returns the widths of the drawn rows and of the head, by column ID, or `null` while the table has no layout. Nothing is drawn
 * between the two layouts, so nobody sees the first one.
 */
function measureNaturalWidths(sized: HTMLElement): NaturalWidths | null {
  const head = shownHead(sized);
  const isLaidOut = head !== undefined && head.getClientRects().length > 0;
  // A message instead of rows takes all columns.
  if (!isLaidOut || sized.querySelector("tbody td[colspan]") !== null) {
    return null;
  }
  const scrolling = scrollPositions(sized);
  sized.classList.add(measuring);
  const widths = new Map<string, number>();
  for (const cell of head.querySelectorAll<HTMLElement>("th[data-focus-id^=header-]")) {
    const id = (cell.dataset.focusId ?? "").slice("header-".length);
    widths.set(id, Math.ceil(cell.getBoundingClientRect().width));
  }
  sized.classList.remove(measuring);
  for (const { element, top, left } of scrolling) {
    if (element.scrollTop !== top || element.scrollLeft !== left) {
      element.scrollTo(left, top);
    }
  }
  return widths;
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

/** Measures the content of other columns before they are drawn, and what changes in them later. Returns what measures at once. */
export function useNaturalWidths<Row>(
  columns: readonly Column<Row>[] | null,
  hasRows: boolean,
  sized: RefObject<HTMLDivElement | null>,
  onMeasured: (natural: NaturalWidths) => void,
): () => void {
  const measure = useCallback(() => {
    const natural = sized.current === null ? null : measureNaturalWidths(sized.current);
    if (natural !== null) {
      onMeasured(natural);
    }
  }, [sized, onMeasured]);
  const ids = columns?.map(({ id }) => id).join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: other columns have another content
  useLayoutEffect(() => {
    if (hasRows) {
      measure();
    }
  }, [ids, hasRows, measure]);
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
