/** Keeps the focus while an element is rendered again as a new one. */

const controls = "a, button, input, select, textarea";

/**
 * Returns a function that gives the focus back to the element that has it now, or to the control that
 * took its place in an element with the same test ID.
 */
export function rememberFocus(): () => void {
  const focused = document.activeElement;
  const id = focused?.closest<HTMLElement>("[data-testid]")?.dataset.testid;
  return () => {
    if (focused instanceof HTMLElement && focused.isConnected) {
      focused.focus({ preventScroll: true });
    } else if (id !== undefined) {
      const found = document.querySelector<HTMLElement>(`[data-testid="${CSS.escape(id)}"]`);
      const control = found?.matches(controls)
        ? found
        : found?.querySelector<HTMLElement>(controls);
      control?.focus({ preventScroll: true });
    }
  };
}

/** Runs a change that may replace the element that has the focus. */
export function keepFocus(change: () => void): void {
  const focusAgain = rememberFocus();
  change();
  focusAgain();
}
