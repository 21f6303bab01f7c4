/**
 * What jsdom's `getComputedStyle` decides in these tests, without its cost. No style sheet of the window
 * is loaded (`css: false`), so that only the browser's display of an element, the attribute `hidden` and
 * inline styles matter. jsdom matches its whole style sheet for every element that a component or a query
 * asks about, which took half the time of the tests.
 */
export function simplifyComputedStyle(window: Window & { isSimplified?: true }) {
  // The files of a worker share the window.
  if (window.isSimplified) return;
  window.isSimplified = true;
  const computed = window.getComputedStyle.bind(window);
  const displays = new Map<string, string>();

  /** The display of an element without attributes. */
  function browserDisplay(element: Element): string {
    const known = displays.get(element.localName);
    if (known !== undefined) return known;
    const plain = window.document.createElementNS(element.namespaceURI, element.localName);
    const display = computed(plain).display;
    displays.set(element.localName, display);
    return display;
  }

  function displayOf(element: Element): string {
    const inline = inlineStyle(element)?.display;
    if (inline) return inline;
    return element.hasAttribute("hidden") ? "none" : browserDisplay(element);
  }

  window.getComputedStyle = (element, pseudoElement) => {
    const inline = inlineStyle(element);
    if (!inline || pseudoElement) return computed(element, pseudoElement);
    const decided = (property: string) => {
      if (property === "display") return displayOf(element);
      if (property === "visibility") return visibilityOf(element);
      return null;
    };
    return new Proxy(inline, {
      get(style, property) {
        if (property === "getPropertyValue")
          return (name: string) => decided(name) ?? style.getPropertyValue(name);
        const value = decided(String(property)) ?? Reflect.get(style, property, style);
        return typeof value === "function" ? value.bind(style) : value;
      },
    });
  };
}

function inlineStyle(element: Element): CSSStyleDeclaration | undefined {
  return "style" in element ? (element.style as CSSStyleDeclaration) : undefined;
}

/** Visibility is inherited; the nearest inline style decides. */
function visibilityOf(element: Element): string {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const own = inlineStyle(at)?.visibility;
    if (own && own !== "inherit") return own;
  }
  return "visible";
}
