// Finds tables in which a column has room that cut content of another column needs.
const dialogs = [...document.querySelectorAll("[role=dialog]")].filter(
  (dialog) => dialog.getClientRects().length > 0,
);
const root = dialogs.at(-1) ?? document.body;

// Room that a column may keep: columns of numbers and states have the width of their usual content, so that they don't move
// with each value.
const tolerance = 48;

/** The room of "59 minutes ago", which columns of times keep, as in `table.css`. */
const longestTime = 106;

/** The width of the arrow of a column that sorts, with its gap. */
const arrow = 24;

const isShown = (element) =>
  element.closest("[hidden], [inert], [aria-hidden=true]") === null &&
  element.getClientRects().length > 0;

/** By how many pixels the content of a cell is cut. */
const cutOf = (cell) => {
  let cut = 0;
  for (const element of [cell, ...cell.querySelectorAll("*")]) {
    const { overflowX } = getComputedStyle(element);
    // An element for screen readers only is tiny. A digest is shortened on purpose, and its tooltip has all of it.
    const isText = element.clientWidth > 2 && element.closest("[title^='sha256:'], svg") === null;
    if (overflowX === "hidden" && isText) {
      cut = Math.max(cut, element.scrollWidth - element.clientWidth);
    }
  }
  return cut > 1 ? cut : 0;
};

/** The right edges of what a cell shows. */
const edgesOf = (cell) => {
  const edges = [];
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(node);
    edges.push(...[...range.getClientRects()].map(({ right }) => right));
  }
  const isHeader = cell.localName === "th";
  for (const control of cell.querySelectorAll(isHeader ? "input" : "button, input, [role=progressbar], svg")) {
    edges.push(control.getBoundingClientRect().right);
  }
  for (const time of cell.querySelectorAll("time")) {
    edges.push(time.getBoundingClientRect().left + longestTime);
  }
  // The arrow of a sorted column is at the end of its cell, wherever its text ends.
  const hasArrow = isHeader && cell.querySelector("svg") !== null;
  return edges.map((edge) => edge + (hasArrow ? arrow : 0));
};

const paddingOf = (element) =>
  element === null ? 0 : Number.parseFloat(getComputedStyle(element).paddingInlineEnd) || 0;

/** The room that a cell doesn't use. */
const spareOf = (cell) => {
  const end = cell.getBoundingClientRect().right - paddingOf(cell) - paddingOf(cell.querySelector("div"));
  return end - Math.max(cell.getBoundingClientRect().left, ...edgesOf(cell));
};

/** The state of an image that is copied has a progress bar, whose room stays when all images are done. */
const keepsRoom = (header) =>
  header.dataset.focusId === "header-state" && header.closest("table")?.getAttribute("aria-label") === "Images of the migration";

const textOf = (cell) => cell.textContent.replace(/\s+/g, " ").trim().slice(0, 60);

const faults = [];
for (const table of [...root.querySelectorAll("table")].filter(isShown)) {
  const head = [...table.querySelectorAll("thead > tr > th")];
  const rows = [...table.querySelectorAll("tbody > tr")].filter(
    (row) => isShown(row) && row.cells.length === head.length,
  );
  const columns = head.map((header, index) => {
    const cells = rows.map((row) => row.cells[index]);
    const worst = cells.reduce(
      (found, cell) => (cutOf(cell) > found.cut ? { cut: cutOf(cell), cell } : found),
      { cut: 0, cell: null },
    );
    const spare = keepsRoom(header) ? 0 : Math.min(...[header, ...cells].map(spareOf));
    return { header, ...worst, spare };
  });
  const widest = columns.reduce((found, column) => (column.spare > found.spare ? column : found), { spare: 0 });
  if (rows.length > 0 && widest.spare > tolerance) {
    for (const { header, cut, cell } of columns.filter(({ cut }) => cut > 0)) {
      faults.push(
        `the column ${textOf(header)} is cut by ${cut} pixels (${textOf(cell)}) beside ${textOf(widest.header)}, ` +
          `which has ${Math.round(widest.spare)} pixels of room`,
      );
    }
  }
}
return faults;
