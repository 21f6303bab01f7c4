// Scrolls from the top to the bottom, one step per frame, and records the frame times.
const [step] = arguments;
window.scrolled = null;
window.scrollTo(0, 0);
const frames = [];
let last = performance.now();
const frame = () => {
  const now = performance.now();
  frames.push(now - last);
  last = now;
  const before = window.scrollY;
  window.scrollBy(0, step);
  if (window.scrollY > before) {
    requestAnimationFrame(frame);
    return;
  }
  frames.sort((one, other) => one - other);
  window.scrolled = {
    frames: frames.length,
    median_ms: frames[Math.floor(frames.length / 2)],
    longest_ms: frames[frames.length - 1],
  };
};
requestAnimationFrame(frame);
