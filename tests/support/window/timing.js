// Clicks the element of a selector, if there is one, and measures how long it takes until the element
// of another selector is drawn with a text, and the longest time that the page was blocked until it came
// to rest, which is how long the next click would have to wait.
const [clicked, drawn, text, rest] = arguments;
// A finished measurement must not report into the next one.
const run = {};
window.timing = run;
window.timed = null;
const begin = performance.now();
let [last, longest] = [begin, 0];
const element = clicked === null ? null : document.querySelector(clicked);
// A disabled button accepts no click.
if (clicked !== null && (element === null || element.matches(":disabled, [aria-disabled=true]"))) {
  return false;
}
let drawnAt = null;
const see = () => {
  drawnAt ??= performance.now();
};
let isPresent = false;
const look = () => {
  if (window.timing !== run) {
    return;
  }
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
  if (drawnAt !== null && now - drawnAt >= rest) {
    window.timed ??= { drawn_ms: drawnAt - begin, blocked_ms: longest };
    return;
  }
  if (!isPresent) {
    isPresent = [...document.querySelectorAll(drawn)].some(
      (one) => one.getClientRects().length > 0 && one.textContent.includes(text),
    );
    if (isPresent) {
      // It is drawn with the next frame; a page without changes draws none.
      requestAnimationFrame(() => setTimeout(see));
      setTimeout(see, 500);
    }
  }
  setTimeout(look);
};
setTimeout(() => {
  element?.click();
  look();
});
return true;
