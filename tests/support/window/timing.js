// Clicks what a selector names, or only looks where there is none, and notes how long it takes until
// what another one names is drawn and has a text, and for how long the page did nothing else.
const [clicked, drawn, text] = arguments;
// One that is over must not speak for the next.
const run = {};
window.timing = run;
window.timed = null;
const begin = performance.now();
let [last, longest] = [begin, 0];
const element = clicked === null ? null : document.querySelector(clicked);
// A button that is busy takes no click.
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
  const there = [...document.querySelectorAll(drawn)].some(
    (one) => one.getClientRects().length > 0 && one.textContent.includes(text),
  );
  if (!there) {
    setTimeout(look);
    return;
  }
  // Drawn is what the next frame shows; a page that draws nothing has none.
  requestAnimationFrame(() => setTimeout(finish));
  setTimeout(finish, 500);
};
setTimeout(() => {
  element?.click();
  look();
});
return true;
