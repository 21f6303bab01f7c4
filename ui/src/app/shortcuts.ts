/** Keyboard shortcuts of the window. `Frame` installs them, and `ShortcutsModal` lists them. */
import { useEffect, useRef } from "react";
import { topDialog, visible } from "../shared/topDialog";
import { isPage, type Page, pageTitles } from "./routes";

export const shortcuts: readonly { readonly keys: string; readonly does: string }[] = [
  { keys: "/", does: "Find in the table" },
  { keys: "Ctrl+Enter", does: "Choose the primary button, for example Next" },
  ...Object.values(pageTitles).map((title, index) => ({
    keys: `Ctrl+${index + 1}`,
    does: `Open ${title}`,
  })),
  { keys: "Ctrl++, Ctrl+-, Ctrl+0", does: "Zoom in, zoom out, reset the zoom" },
  { keys: "Esc", does: "Close the dialog or menu, or clear the filter" },
  { keys: "?", does: "Show keyboard shortcuts" },
];

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, [contenteditable=true]");
}

/** Clicks the last primary button: of the dialog if one is open, otherwise of the page. */
function choosePrimary(): void {
  const root = topDialog() ?? document.querySelector<HTMLElement>("[data-page-content]");
  const primary =
    root === null
      ? undefined
      : visible(root, "button[class*='variant-primary']").findLast(
          (button) =>
            !button.hasAttribute("disabled") && button.getAttribute("aria-disabled") !== "true",
        );
  primary?.click();
}

export interface ShortcutActions {
  readonly onPage: (page: Page) => void;
  readonly onHelp: () => void;
}

function withControl(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey;
}

/** Whether a key press was a shortcut. */
function handle(event: KeyboardEvent, { onPage, onHelp }: ShortcutActions): boolean {
  const control = withControl(event);
  if (topDialog() !== null) {
    return false;
  }
  if (control) {
    const page = Object.keys(pageTitles)[Number(event.key) - 1];
    if (page === undefined || !isPage(page)) {
      return false;
    }
    onPage(page);
    return true;
  }
  if (event.altKey || isTyping(event.target)) {
    return false;
  }
  if (event.key === "?") {
    onHelp();
    return true;
  }
  if (event.key === "/") {
    const [filter] = visible(document, "[data-page-content] input[type=search]");
    filter?.focus();
    return filter !== undefined;
  }
  return false;
}

export function useShortcuts(actions: ShortcutActions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && handle(event, latest.current)) {
        event.preventDefault();
      }
    };
    // Before the focused control sees it: a select would open instead.
    const onPrimaryKey = (event: KeyboardEvent) => {
      if (withControl(event) && event.key === "Enter") {
        event.preventDefault();
        event.stopPropagation();
        choosePrimary();
      }
    };
    window.addEventListener("keydown", onPrimaryKey, true);
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", onPrimaryKey, true);
      window.removeEventListener("keydown", onKey);
    };
  }, []);
}
