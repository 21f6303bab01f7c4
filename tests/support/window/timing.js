// Clicks the element of a selector, if there is one, and measures how long it takes until the element
// of another selector is drawn with a text, and the longest time that the page was blocked.
const [clicked, drawn, text] = arguments;
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
const finish = () => {
  if (window.timing === run) {
    window.timed ??= { drawn_ms: performance.now() - begin, blocked_ms: longest };
  }
};
const look = () => {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
  const present = [...document.querySelectorAll(drawn)].some(
    (one) => one.getClientRects().length > 0 && one.textContent.includes(text),
  );
  if (!present) {
    setTimeout(look);
    return;
  }
  // It is drawn with the next frame; a page without changes draws none.
  requestAnimationFrame(() => setTimeout(finish));
  setTimeout(finish, 500);
};
setTimeout(() => {
  element?.click();
  look();
});
return true;
