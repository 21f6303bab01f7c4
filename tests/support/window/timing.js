// Clicks what a selector names, or only looks where there is none, and notes how long it takes until
// what another one names is drawn and has a text, and for how long the page did nothing else.
const [clicked, drawn, text] = arguments;
window.timed = null;
const begin = performance.now();
let [last, longest] = [begin, 0];
const element = clicked === null ? null : document.querySelector(clicked);
if (clicked !== null && element === null) {
  return false;
}
const finish = () => {
  window.timed ??= { drawn_ms: performance.now() - begin, blocked_ms: longest };
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
