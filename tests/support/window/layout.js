// Measures what a page shows: fully visible table rows, primary buttons, and whether the page scrolls.
const visible = (element) =>
  element.closest("[hidden], [inert], [aria-hidden=true]") === null &&
  element.getClientRects().length > 0 &&
  getComputedStyle(element).visibility !== "hidden";

/** The part of the window in which an element can be seen: its scrolling ancestors cut the rest off. */
const clip = (element) => {
  let { top, left, bottom, right } = { top: 0, left: 0, bottom: innerHeight, right: innerWidth };
  for (let above = element.parentElement; above !== null; above = above.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(above);
    const box = above.getBoundingClientRect();
    if (overflowY !== "visible" && above !== document.body && above !== document.documentElement) {
      top = Math.max(top, box.top);
      bottom = Math.min(bottom, box.bottom);
    }
    if (overflowX !== "visible" && above !== document.body && above !== document.documentElement) {
      left = Math.max(left, box.left);
      right = Math.min(right, box.right);
    }
  }
  return { top, left, bottom, right };
};

/** Whether a row is in view from top to bottom, and no header, footer or notification covers it. */
const inFull = (row) => {
  const box = row.getBoundingClientRect();
  const cut = clip(row);
  if (box.height < 1 || box.top < cut.top - 0.5 || box.bottom > cut.bottom + 0.5) return false;
  const x = (Math.max(box.left, cut.left) + Math.min(box.right, cut.right)) / 2;
  return [box.top + 3, box.bottom - 3].every((y) => {
    const hit = document.elementFromPoint(x, y);
    return hit !== null && row.contains(hit);
  });
};

const dialogs = [...document.querySelectorAll("[role=dialog]")].filter(visible);
const root = dialogs.at(-1) ?? document.querySelector("[data-page-content]") ?? document.body;

/** How much wider a table is than the part of it that is in view without scrolling sideways. */
const sideways = (table) => {
  let wider = 0;
  for (let above = table.parentElement; above !== null && above !== root; above = above.parentElement) {
    if (["auto", "scroll"].includes(getComputedStyle(above).overflowX)) {
      wider = Math.max(wider, above.scrollWidth - above.clientWidth);
    }
  }
  return wider;
};

const tables = [...root.querySelectorAll("table")].filter(visible).map((table) => {
  const rows = [...table.querySelectorAll("tbody > tr")].filter(visible);
  const box = table.getBoundingClientRect();
  const cut = clip(table);
  return {
    name: table.getAttribute("aria-label") ?? "",
    rows: rows.length,
    full: rows.filter(inFull).length,
    height: rows.length === 0 ? 0 : rows[0].getBoundingClientRect().height,
    width: Math.min(box.right, cut.right) - Math.max(box.left, cut.left),
    wider_by: sideways(table),
  };
});

const primary = [...root.querySelectorAll("button[class*='variant-primary']")]
  .filter(visible)
  .map((button) => {
    const { left, top, right, bottom } = button.getBoundingClientRect();
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return {
      name: (button.getAttribute("aria-label") ?? button.textContent).trim(),
      left,
      top,
      right,
      bottom,
      in_view:
        left >= 0 &&
        top >= 0 &&
        right <= innerWidth &&
        bottom <= innerHeight &&
        hit !== null &&
        (button.contains(hit) || hit.contains(button)),
    };
  });

const page = document.scrollingElement;
return {
  width: innerWidth,
  height: innerHeight,
  scrolls_by: page.scrollHeight - innerHeight,
  wider_by: page.scrollWidth - innerWidth,
  tables,
  primary,
};
