// Watches where cells, buttons, fields and headings are, from now until `window.layoutShifts.stop()`. With `opening`, those of a
// page that opens meanwhile, too, from when they first appear.
const [ignored, opening] = arguments;

const watched =
  "td, th, button, a[href], input, textarea, h1, h2, h3, h4, [role=tab], [role=switch], [role=dialog], nav";
const isIgnored = (element) =>
  ignored !== "" &&
  [...document.querySelectorAll(ignored)].some((one) => one.contains(element));
const visible = (element) =>
  element.closest("[hidden], [inert], [aria-hidden=true]") === null &&
  element.getClientRects().length > 0;
const boxOf = (element) => {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [left, top, width, height];
};
const inView = ([left, top, width, height]) =>
  width > 0 && height > 0 && left < innerWidth && top < innerHeight && left + width > 0 && top + height > 0;
const labelOf = (element) =>
  `${element.localName} ${(element.getAttribute("aria-label") ?? element.textContent ?? "").replace(/\s+/g, " ").trim().slice(0, 60)}`;

const known = new Set();
const before = [];
let isOpened = false;
const watch = () => {
  for (const element of document.querySelectorAll(watched)) {
    if (!known.has(element) && visible(element) && !isIgnored(element)) {
      known.add(element);
      const box = boxOf(element);
      if (inView(box)) before.push({ element, label: labelOf(element), box, isOpened, moved: 0, worst: null });
    }
  }
};
watch();
isOpened = true;
// What is drawn for a moment only is seen, too.
const observer = new MutationObserver(watch);
if (opening) observer.observe(document.body, { subtree: true, childList: true, attributes: true });

/** The largest difference of a coordinate. */
const difference = (one, other) => Math.max(...one.map((value, at) => Math.abs(value - other[at])));

const note = (entry, box) => {
  const moved = difference(entry.box, box);
  if (moved > entry.moved) {
    entry.moved = moved;
    entry.worst = box;
  }
};

const look = () => {
  for (const entry of before) {
    if (entry.element.isConnected && visible(entry.element) && !isIgnored(entry.element)) {
      note(entry, boxOf(entry.element));
    }
  }
};

let going = true;
const again = () => {
  if (!going) return;
  look();
  setTimeout(again, 15);
};
again();

window.layoutShifts = {
  stop: () => {
    going = false;
    observer.disconnect();
    look();
    // An element that was drawn again is found by its label. What the page before had isn't.
    const now = new Map();
    for (const element of document.querySelectorAll(watched)) {
      if (visible(element)) {
        const label = labelOf(element);
        now.set(label, [...(now.get(label) ?? []), boxOf(element)]);
      }
    }
    for (const entry of before) {
      const isReplaced = !entry.element.isConnected && (entry.isOpened || !opening);
      const boxes = isReplaced ? (now.get(entry.label) ?? []) : [];
      const nearest = boxes.sort((one, other) => difference(entry.box, one) - difference(entry.box, other))[0];
      if (nearest !== undefined) note(entry, nearest);
    }
    return {
      watched: before.length,
      moved: before
        .filter(({ moved }) => moved > 0.5)
        .map(({ label, box, worst, moved }) => ({ label, moved, before: box, after: worst })),
    };
  },
};
return before.length;
