// Scrolls an element into view and returns its center, or null while another element covers it.
// Also records the element of the last click and the number of released keys for later queries.
const [element] = arguments;

if (!window.recordedInput) {
  window.recordedInput = { clicked: null, keys: 0 };
  // Not the click event: an element that is removed before the button is released gets none.
  addEventListener("mouseup", (event) => (window.recordedInput.clicked = event.target), true);
  addEventListener("keyup", () => (window.recordedInput.keys += 1), true);
}
window.recordedInput.clicked = null;
window.recordedInput.keys = 0;
if (!element) return null;

element.scrollIntoView({ behavior: "instant", block: "center", inline: "nearest" });
// Cloudscape hides native checkboxes and radios behind drawn ones, which have to be clicked.
const drawn = element.matches("input[type=checkbox], input[type=radio]")
  ? [element, element.parentElement, element.labels?.[0]]
  : [element];
for (const one of drawn) {
  const box = one?.getBoundingClientRect();
  if (!box?.width || !box.height) continue;
  // A link can wrap over two lines, and the center of its box is then outside of it.
  for (const part of [box, ...one.getClientRects()]) {
    const x = Math.round(part.left + part.width / 2);
    const y = Math.round(part.top + part.height / 2);
    const hit = document.elementFromPoint(x, y);
    if (hit && (one.contains(hit) || hit.contains(element))) {
      return { x, y, width: innerWidth, height: innerHeight };
    }
  }
}
return null;
