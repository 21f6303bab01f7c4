import { type ReactNode, useLayoutEffect, useRef } from "react";

interface MeasuredWidthProps {
  /** Called with the width when it changes. */
  onWidth: (width: number) => void;
  children: ReactNode;
}

/** The width without a fraction. `clientWidth` rounds up, and a table with half a pixel less would cut its last heading. */
function wholePixels(element: HTMLElement): number {
  const excess = element.clientWidth - element.getBoundingClientRect().width;
  return excess > 0 && excess < 1 ? element.clientWidth - 1 : element.clientWidth;
}

/** A part of a page that is as high as its content and reports its width. */
export function MeasuredWidth({ onWidth, children }: MeasuredWidthProps) {
  const outer = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = outer.current;
    if (element === null) {
      return;
    }
    const measure = () => {
      // Without width, the page is hidden.
      if (element.clientWidth > 0) {
        onWidth(wholePixels(element));
      }
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [onWidth]);
  return <div ref={outer}>{children}</div>;
}
