/** Where notifications lie, and the room that the content has below them. Used by `Frame`. */
import { type RefObject, useCallback, useLayoutEffect, useRef } from "react";
import type { KeepNoticesBeside } from "../shared/noticePlace";

/** The room between notifications and what is beside them. */
const gap = 16;

/** A notification that is narrower can't be read, so it covers the panel, which scrolls then. */
const narrowest = 280;

interface NoticePlace {
  readonly content: RefObject<HTMLDivElement | null>;
  readonly notices: RefObject<HTMLDivElement | null>;
  /** Keeps the notifications at the left of a side panel. */
  readonly keepBeside: KeepNoticesBeside;
}

/**
 * Returns how far notifications are from the right edge of the window, so that they are at the left of everything that keeps
 * buttons in view there. `edges` are the left edges of it.
 */
export function noticeEnd(width: number, edges: readonly number[]): number {
  return width - Math.min(width, ...edges.filter(hasRoom)) + gap;
}

/** Whether a notification can be read at the left of an edge. */
function hasRoom(edge: number): boolean {
  return edge - 2 * gap >= narrowest;
}

/**
 * Tells the styles how high the notifications are, so that what is behind them can be scrolled above them, and puts them at the
 * left of side panels and of the help panel, whose buttons stay in view.
 */
export function useNoticePlace(isHelpOpen: boolean): NoticePlace {
  const content = useRef<HTMLDivElement>(null);
  const notices = useRef<HTMLDivElement>(null);
  const panels = useRef(new Set<HTMLElement>());
  const sizes = useRef<ResizeObserver>(null);
  const hasHelp = useRef(isHelpOpen);
  const place = useCallback(() => {
    const edges: number[] = [];
    for (const panel of panels.current) {
      const edge = panel.getBoundingClientRect().left;
      panel.toggleAttribute("data-beside-notices", hasRoom(edge));
      edges.push(edge);
    }
    if (hasHelp.current && content.current !== null) {
      edges.push(content.current.getBoundingClientRect().right);
    }
    // Without a panel, nothing is laid out for it.
    const end = edges.length === 0 ? gap : noticeEnd(document.documentElement.clientWidth, edges);
    notices.current?.style.setProperty("--notice-end", `${end}px`);
  }, []);
  useLayoutEffect(() => {
    const [page, shown] = [content.current, notices.current];
    if (page === null || shown === null) {
      return;
    }
    const observer = new ResizeObserver((changes) => {
      if (changes.some(({ target }) => target === shown)) {
        // The page and the help panel are in the same element.
        shown.parentElement?.style.setProperty("--notice-room", `${shown.offsetHeight}px`);
      }
      place();
    });
    observer.observe(shown);
    // The help panel and the navigation change its width while they open.
    observer.observe(page);
    // The page of a panel is hidden while another one is shown.
    for (const panel of panels.current) {
      observer.observe(panel);
    }
    sizes.current = observer;
    return () => observer.disconnect();
  }, [place]);
  useLayoutEffect(() => {
    hasHelp.current = isHelpOpen;
    place();
  }, [isHelpOpen, place]);
  const keepBeside = useCallback(
    (panel: HTMLElement) => {
      panels.current.add(panel);
      sizes.current?.observe(panel);
      place();
      return () => {
        panels.current.delete(panel);
        sizes.current?.unobserve(panel);
        place();
      };
    },
    [place],
  );
  return { content, notices, keepBeside };
}
