// Returns where to click an element, or null while another element covers it. Scrolls it into view if needed.
// Also records whether the next click hits it, and the number of released keys, for later queries.
const [element] = arguments;

if (!window.recordedInput) {
  window.recordedInput = { clicked: false, missed: false, keys: 0, accepts: () => true };
  let isPressHit = false;
  addEventListener(
    "mousedown",
    ({ target }) => (isPressHit = window.recordedInput.accepts(target)),
    true,
  );
  // Not the click event: an element that is removed before the button is released gets none.
  addEventListener(
    "mouseup",
    ({ target }) => {
      const input = window.recordedInput;
      input.missed = !isPressHit && !input.accepts(target);
      input.clicked = true;
    },
    true,
  );
  addEventListener("keyup", () => (window.recordedInput.keys += 1), true);
}
Object.assign(window.recordedInput, { clicked: false, missed: false, keys: 0, accepts: () => true });
if (!element) return null;

// Cloudscape hides native checkboxes and radios behind drawn ones, which have to be clicked.
const drawn = element.matches("input[type=checkbox], input[type=radio]")
  ? [element, element.parentElement, element.labels?.[0]]
  : [element];

/** Where a click hits one of the drawn parts, by what is at that point. */
const placeOf = (isHit) => {
  for (const one of drawn) {
    const box = one?.getBoundingClientRect();
    if (!box?.width || !box.height) continue;
    // A link can wrap over two lines, and the center of its box is then outside of it.
    for (const part of [box, ...one.getClientRects()]) {
      const x = Math.round(part.left + part.width / 2);
      const y = Math.round(part.top + part.height / 2);
      const hit = document.elementFromPoint(x, y);
      if (hit && isHit(one, hit)) {
        // The page can move the element away from the pointer. One that it replaced can't be judged.
        window.recordedInput.accepts = (target) =>
          target === hit || one.contains(target) || !element.isConnected;
        return { x, y, width: innerWidth, height: innerHeight };
      }
    }
  }
  return null;
};

// What is in view is clicked where it is, as a user does; everything else is scrolled into view.
const inView = placeOf((one, hit) => one.contains(hit));
if (inView) return inView;
element.scrollIntoView({ behavior: "instant", block: "center", inline: "nearest" });
return placeOf((one, hit) => one.contains(hit) || hit.contains(element));
