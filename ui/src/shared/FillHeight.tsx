import { type ReactNode, type Ref, useLayoutEffect, useRef, useState } from "react";
import "./table.css";

interface FillHeightProps {
  /** Space to leave free below, for example for a footer. */
  below?: number;
  /** Scrolls to the top when it changes, for example the page number of a table. */
  scrollKey?: unknown;
  /** Called with the width when it changes. */
  onWidth?: (width: number) => void;
  children: ReactNode;
}

const minimumHeight = 200;

/** A scroll bar lies over the content, so a button at the edge couldn't be clicked. */
const scrollBarWidth = 14;

/** The bottom padding of the page. */
const pageBottom = 24;

/**
 * Fills the window from its top edge to the bottom, and scrolls inside, so that the page doesn't.
 * Follows changes of the window and of everything above.
 */
export function FillHeight({ below = pageBottom, scrollKey, onWidth, children }: FillHeightProps) {
  const outer = useRef<HTMLDivElement>(null);
  const height = useRemainingHeight(outer, below, onWidth);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new key scrolls
  useLayoutEffect(() => {
    if (outer.current !== null) {
      outer.current.scrollTop = 0;
    }
  }, [scrollKey]);
  return (
    <div
      ref={outer}
      className="fill-height"
      style={{
        paddingInlineEnd: scrollBarWidth,
        ...(height === null ? {} : { blockSize: height }),
      }}
    >
      {children}
    </div>
  );
}

function useRemainingHeight(
  outer: Ref<HTMLDivElement> & { current: HTMLDivElement | null },
  below: number,
  onWidth: ((width: number) => void) | undefined,
): number | null {
  const [height, setHeight] = useState<number | null>(null);
  const latestOnWidth = useRef(onWidth);
  latestOnWidth.current = onWidth;
  useLayoutEffect(() => {
    const element = outer.current;
    if (element === null) {
      return;
    }
    const measure = () => {
      const box = element.getBoundingClientRect();
      // Without width, the page is hidden.
      const isShown = box.width > 0;
      // For styles: such a page doesn't scroll.
      element.toggleAttribute("data-fills-window", isShown);
      if (isShown) {
        const top = box.top + window.scrollY;
        latestOnWidth.current?.(box.width - scrollBarWidth);
        setHeight(Math.max(minimumHeight, Math.floor(window.innerHeight - top - below)));
      }
    };
    measure();
    // What grows above moves the element and grows its ancestors.
    const observer = new ResizeObserver(measure);
    for (let above = element.parentElement; above !== null; above = above.parentElement) {
      observer.observe(above);
    }
    window.addEventListener("resize", measure);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", measure);
    };
  }, [outer, below]);
  return height;
}
