// Brings an element to where it can be clicked and answers the middle of it, or null while something
// else lies there. What is then clicked, and how many keys were let go, is kept for later questions.
const [element] = arguments;

if (!window.seenOfHand) {
  window.seenOfHand = { clicked: null, keys: 0 };
  // Not the click: what is gone before the button is let go sees none.
  addEventListener("mouseup", (event) => (window.seenOfHand.clicked = event.target), true);
  addEventListener("keyup", () => (window.seenOfHand.keys += 1), true);
}
window.seenOfHand.clicked = null;
window.seenOfHand.keys = 0;
if (!element) return null;

element.scrollIntoView({ behavior: "instant", block: "center", inline: "nearest" });
// Cloudscape hides native checkboxes and radios behind drawn ones: those are what is clicked.
const drawn = element.matches("input[type=checkbox], input[type=radio]")
  ? [element, element.parentElement, element.labels?.[0]]
  : [element];
for (const one of drawn) {
  const box = one?.getBoundingClientRect();
  if (!box?.width || !box.height) continue;
  // A link may be broken over two lines, and then its middle is beside it.
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
