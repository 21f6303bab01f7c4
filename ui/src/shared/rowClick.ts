/**
 * Whether the current click is on a control in a row, such as a check box or a copy button. Tables
 * also report such clicks as row clicks.
 */
export function isControlClick(): boolean {
  const target = window.event?.target;
  return target instanceof Element && target.closest("a, button, input, label, select") !== null;
}

/** Whether Shift is held during the current click, to select a range. */
export function isShiftClick(): boolean {
  return window.event instanceof MouseEvent && window.event.shiftKey;
}
