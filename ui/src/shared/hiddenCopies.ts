/** Keeps the keyboard out of the second header that a table shows while it scrolls. */
import { useEffect } from "react";

/**
 * Removes the fields in hidden copies of table headers from the tab order. The table does it for its
 * own controls, not for those in the header of a column.
 */
export function useHiddenCopies(): void {
  useEffect(() => {
    for (const field of document.querySelectorAll<HTMLElement>(
      ".fill-height [aria-hidden=true] input",
    )) {
      field.tabIndex = -1;
    }
  });
}
