// Scrolls a table from its first row to its last, one step per frame and page after page, and records the frame times.
const [table, nextPage, rowsOfAPage, rows, step] = arguments;
window.scrolled = null;
const scrollBox = () => document.querySelector(table).closest(".fill-height");
const rowCount = () => document.querySelectorAll(`${table} tbody tr`).length;
const frames = [];
let rowsBefore = 0;
let last = performance.now();
scrollBox().scrollTop = 0;
const frame = () => {
  const now = performance.now();
  frames.push(now - last);
  last = now;
  const box = scrollBox();
  const before = box.scrollTop;
  box.scrollTop += step;
  // A page is drawn in portions, so its end may not be there yet.
  const isDrawn = rowCount() >= Math.min(rowsOfAPage, rows - rowsBefore);
  if (box.scrollTop > before || !isDrawn) {
    requestAnimationFrame(frame);
    return;
  }
  rowsBefore += rowCount();
  if (rowsBefore < rows) {
    document.querySelector(nextPage).click();
    requestAnimationFrame(frame);
    return;
  }
  frames.sort((one, other) => one - other);
  window.scrolled = {
    rows: rowsBefore,
    frames: frames.length,
    median_ms: frames[Math.floor(frames.length / 2)],
    longest_ms: frames[frames.length - 1],
  };
};
requestAnimationFrame(frame);
