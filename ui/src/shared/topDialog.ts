/** What of the page the user sees and can reach. */

function isVisible(element: HTMLElement): boolean {
  return element.closest("[hidden], [inert], [aria-hidden=true]") === null;
}

/** The elements that the user can reach. */
export function visible(root: ParentNode, selector: string): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(selector)].filter(isVisible);
}

/** The open dialog on top, or `null`. */
export function topDialog(): HTMLElement | null {
  return visible(document, "[role=dialog]").at(-1) ?? null;
}
