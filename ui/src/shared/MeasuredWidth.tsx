import { type ReactNode, useEffect, useRef } from "react";

interface MeasuredWidthProps {
  /** Called with the width when it changes. */
  onWidth: (width: number) => void;
  children: ReactNode;
}

/** A part of a page that is as high as its content and reports its width. */
export function MeasuredWidth({ onWidth, children }: MeasuredWidthProps) {
  const outer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = outer.current;
    if (element === null) {
      return;
    }
    const observer = new ResizeObserver(() => {
      // Without width, the page is hidden.
      if (element.clientWidth > 0) {
        onWidth(element.clientWidth);
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [onWidth]);
  return <div ref={outer}>{children}</div>;
}
