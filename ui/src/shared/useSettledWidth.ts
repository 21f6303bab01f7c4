/** The width for which a table lays out its columns. Used by `FullTable`. */
import { startTransition, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { rememberFocus } from "./keepFocus";
import { topDialog } from "./topDialog";

/** Width of the window that isn't part of a table: navigation and padding. */
const besideTable = 236;
/** A scroll bar changes the width by less. */
const widthTolerance = 20;
/** Time until an animation of the navigation has ended. */
const settleMs = 200;

/**
 * Returns the width of the table once it has settled, and a function that receives measurements. The
 * width is `null` until the first one: rows for a guessed width would be rendered twice. A table without
 * rows, as a new page has it, is in the first frame. Another width is another table with new controls. A
 * new size of the window is followed at once. Rows, and what else changes the width, such as a panel or
 * the navigation, are rendered in a transition, which doesn't delay the answer to a click.
 */
export function useSettledWidth(hasRows: boolean): [number | null, (width: number) => void] {
  const [width, setWidth] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const isMeasured = useRef(false);
  const latestHasRows = useRef(hasRows);
  latestHasRows.current = hasRows;
  const windowWidth = useRef(window.innerWidth);
  const focusAgain = useRef<(() => void) | null>(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onWidth = useCallback((measured: number) => {
    const isWindowResized = windowWidth.current !== window.innerWidth;
    windowWidth.current = window.innerWidth;
    // While the user drags an edge of the window, only the first and the last width are followed.
    const isFollowed = isWindowResized && timer.current === undefined;
    clearTimeout(timer.current);
    const change = () =>
      setWidth((before) =>
        before !== null && Math.abs(before - measured) < widthTolerance ? before : measured,
      );
    if (!isMeasured.current) {
      isMeasured.current = true;
      if (latestHasRows.current) {
        startTransition(change);
      } else {
        change();
      }
      return;
    }
    // A dialog of the table, such as its preferences, would close.
    const settle = () => {
      timer.current = undefined;
      if (topDialog() !== null) {
        timer.current = setTimeout(settle, settleMs);
      } else {
        startTransition(change);
      }
    };
    if (isFollowed && topDialog() === null) {
      change();
    }
    timer.current = setTimeout(settle, settleMs);
  }, []);
  // A page that is hidden, or has no layout, is not measured.
  useLayoutEffect(() => {
    if (!isMeasured.current) {
      setWidth((before) => before ?? window.innerWidth - besideTable);
    }
  }, []);
  useEffect(() => {
    const remember = () => {
      focusAgain.current = rememberFocus();
    };
    // An element that is removed is not left by the user.
    const forget = ({ target }: FocusEvent) =>
      queueMicrotask(() => {
        if (
          target instanceof Node &&
          target.isConnected &&
          document.activeElement === document.body
        ) {
          focusAgain.current = null;
        }
      });
    document.addEventListener("focusin", remember);
    document.addEventListener("focusout", forget);
    return () => {
      document.removeEventListener("focusin", remember);
      document.removeEventListener("focusout", forget);
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another width replaces the elements
  useLayoutEffect(() => {
    if (document.activeElement === document.body) {
      focusAgain.current?.();
    }
  }, [width]);
  return [width, onWidth];
}
