// Finds controls and rows that a user can't bring into view as a whole: something cuts them off, lies over them even after the page was
// scrolled to them, or they are outside of the window.
// An open menu lies over the page on purpose.
const layers = [...document.querySelectorAll("[role=dialog], [role=menu], [role=listbox]")].filter(
  (layer) => layer.getClientRects().length > 0,
);
const root = layers.at(-1) ?? document.body;

const controls =
  "button, a[href], input, select, textarea, [role=tab], [role=button], [role=separator]," +
  "tbody > tr:first-child > :first-child:not([colspan]), tbody > tr:last-child > :first-child:not([colspan])";

/** A native checkbox is tiny or lies below the drawn one, which is clicked instead. */
const clickedPart = (control) =>
  control.matches("input[type=checkbox], input[type=radio]") ? control.parentElement : control;

const isShown = (element) => {
  const { visibility, position, pointerEvents } = getComputedStyle(element);
  const { width, height } = element.getBoundingClientRect();
  return (
    // A head that stays in view lies over the one that scrolls. `texts.js` looks at headings.
    element.closest("[hidden], [inert], [aria-hidden=true], thead") === null &&
    visibility !== "hidden" &&
    pointerEvents !== "none" &&
    // Links that appear with the focus, and fields of screen readers, are outside of the window.
    !(position === "fixed" && element.getBoundingClientRect().bottom < 0) &&
    width > 3 &&
    height > 3
  );
};

const nameOf = (control) =>
  (control.getAttribute("aria-label") ?? control.textContent ?? "").trim().slice(0, 60) ||
  control.getAttribute("placeholder") ||
  control.closest("[data-testid]")?.dataset.testid ||
  control.outerHTML.slice(0, 80);

/** The place of a control. A link can be wider than its text, and the name of the program leaves room for the badge. */
const placeOf = (part) => {
  const text = part.localName === "a" ? document.createTreeWalker(part, NodeFilter.SHOW_TEXT).nextNode() : null;
  if (text === null) return part.getBoundingClientRect();
  const content = document.createRange();
  content.setStart(text, 0);
  content.setEnd(text, text.data.trimEnd().length);
  return content.getBoundingClientRect();
};

/** What lies over a control at its center, left, and right, or `null`. */
const coverOf = (part) => {
  const { left, right, top, bottom } = placeOf(part);
  if (left < -0.5 || right > innerWidth + 0.5) return "the edge of the window";
  const y = (top + bottom) / 2;
  for (const x of [(left + right) / 2, left + 2, right - 2]) {
    const hit = document.elementFromPoint(x, y);
    if (hit === null) return "the edge of the window";
    if (!part.contains(hit) && !hit.contains(part) && hit.closest("label")?.contains(part) !== true) {
      return `<${hit.localName} class="${String(hit.getAttribute("class")).replace(/awsui_|_[a-z0-9]{5}_\w+/g, "").slice(0, 60)}">`;
    }
  }
  return null;
};

const scrolled = [document.scrollingElement, ...root.querySelectorAll("*")]
  .filter((element) => element.scrollHeight > element.clientHeight || element.scrollWidth > element.clientWidth)
  .map((element) => ({ element, top: element.scrollTop, left: element.scrollLeft }));
const faults = [];
for (const control of [...root.querySelectorAll(controls)].filter(isShown)) {
  const part = clickedPart(control);
  if (coverOf(part) === null) continue;
  part.scrollIntoView({ behavior: "instant", block: "center", inline: "center" });
  const cover = coverOf(part);
  if (cover !== null) faults.push(`${nameOf(control)} is behind ${cover}`);
}
for (const { element, top, left } of scrolled) element.scrollTo({ top, left, behavior: "instant" });
return [...new Set(faults)];
