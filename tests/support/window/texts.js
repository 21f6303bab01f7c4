// Finds texts that a user can't read as a whole: cut off without an ellipsis, or broken within a word. What a column
// has to show (its heading, a time, a short digest) is whole even with an ellipsis, and buttons have one line.
const dialogs = [...document.querySelectorAll("[role=dialog]")].filter(
  (dialog) => dialog.getClientRects().length > 0,
);
const root = dialogs.at(-1) ?? document.body;

/** Where a line may break. What follows a slash or a hyphen is a word of its own. */
const words = /[^\s\-/?&|–—]+[\-/?&|–—]*/g;

/** The lines that a range takes. */
const linesOf = (range) => {
  const tops = [...range.getClientRects()].filter(({ width }) => width > 0.5).map(({ top }) => top);
  return tops.filter((top, at) => tops.findIndex((one) => Math.abs(one - top) < 4) === at).length;
};

/** Whether the text is hidden from view, or why its end can't be seen. */
const cutOf = (parent, range) => {
  const text = range.getBoundingClientRect();
  let isInline = true;
  for (let above = parent; above !== null && above !== document.body; above = above.parentElement) {
    const { overflowX, textOverflow, display } = getComputedStyle(above);
    const box = above.getBoundingClientRect();
    if (overflowX !== "visible") {
      // For screen readers only.
      if (box.width <= 2 || box.height <= 2) return { hidden: true };
      if (overflowX === "auto" || overflowX === "scroll") return { hidden: false };
      if (text.right > box.right + 1 || text.left < box.left - 1) {
        const isWhole = parent.closest("thead, time") !== null;
        return { hidden: false, cut: isWhole || !(textOverflow === "ellipsis" && isInline) };
      }
    }
    isInline = isInline && (display === "inline" || display === "contents");
  }
  return { hidden: false };
};

/** Whether a word is a whole digest that is longer than a line in a narrow window, as in an error. */
const isLongDigest = (parent, range) => {
  let block = parent;
  while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
  const width = [...range.getClientRects()].reduce((sum, rect) => sum + rect.width, 0);
  return /[0-9a-f]{64}/.test(range.toString()) && width > block.clientWidth;
};

const faults = [];
const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
  const parent = node.parentElement;
  const text = node.data.trim();
  if (text === "" || parent.closest("[hidden], [inert], [aria-hidden=true], svg, textarea")) continue;
  const { visibility, whiteSpace } = getComputedStyle(parent);
  if (visibility === "hidden") continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  if (linesOf(range) === 0) continue;
  const { hidden, cut } = cutOf(parent, range);
  if (hidden) continue;
  if (cut) faults.push(`cut off: ${text.slice(0, 80)}`);
  // Commands and documents break anywhere, so that all of them can be read.
  if (linesOf(range) === 1 || /^(pre|break)/.test(whiteSpace)) continue;
  for (const { 0: word, index } of node.data.matchAll(words)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    if (linesOf(range) > 1 && !isLongDigest(parent, range)) faults.push(`broken within a word: ${word.slice(0, 80)}`);
  }
}
const isShown = (element) =>
  element.closest("[hidden], [inert], [aria-hidden=true]") === null &&
  element.getClientRects().length > 0;

for (const digest of root.querySelectorAll(".middle-ellipsis[title^='sha256:']")) {
  const head = digest.querySelector(".middle-ellipsis-head");
  const isShort = digest.textContent.length < 24;
  if (isShort && isShown(digest) && head !== null && head.scrollWidth > head.clientWidth + 1) {
    faults.push(`a cut digest: ${digest.textContent}`);
  }
}

/** The height of a button of one line, in the larger density. */
const oneLine = 40;
for (const button of root.querySelectorAll("button[class*='variant-normal'], button[class*='variant-primary']")) {
  const { height } = button.getBoundingClientRect();
  if (isShown(button) && height > oneLine) {
    faults.push(`a button of ${height} pixels in several lines: ${button.textContent.trim()}`);
  }
}
return [...new Set(faults)];
