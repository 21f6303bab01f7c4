// Finds panels and footers, which keep their buttons in view, that a notification covers.
const isShown = (element) => element.getClientRects().length > 0;
const nameOf = (element) => element.getAttribute("aria-label") ?? element.className ?? element.localName;
const notices = [...document.querySelectorAll("[data-testid=notices] li")].filter(isShown);
if (notices.length === 0) return ["no notification is shown"];
const bars = [...document.querySelectorAll(".side-panel, .wizard-footer, .window-help")].filter(isShown);
const covers = (one, other) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
const covered = bars.filter((bar) =>
  notices.some((notice) => covers(notice.getBoundingClientRect(), bar.getBoundingClientRect())),
);
return covered.map(nameOf);
