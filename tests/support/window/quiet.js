// Returns whether the page has nothing to do: no short timer or request is pending, and React has rendered nothing for a moment.
// From the first call on, it counts what the page begins.

/** A longer timer shows something to a person, such as the end of a notification. The page adapts to a size after 200 ms. */
const longestMs = 600;

/** How long nothing may have happened. */
const restMs = 50;

const counted = () => {
  const { setTimeout: start, clearTimeout: stop, fetch: request } = window;
  const timers = new Set();
  const work = { timers, requests: 0, last: performance.now() };
  const happened = () => (work.last = performance.now());
  window.setTimeout = (run, ms = 0, ...values) => {
    if (typeof run !== "function" || ms > longestMs) return start(run, ms, ...values);
    const timer = start(() => {
      timers.delete(timer);
      happened();
      run(...values);
    }, ms);
    timers.add(timer);
    return timer;
  };
  window.clearTimeout = (timer) => {
    timers.delete(timer);
    stop(timer);
  };
  window.fetch = async (...values) => {
    work.requests += 1;
    try {
      return await request(...values);
    } finally {
      work.requests -= 1;
      happened();
    }
  };
  // React renders in messages to itself.
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (...values) {
    happened();
    return postMessage.apply(this, values);
  };
  return work;
};

window.pageWork ??= counted();
const { timers, requests, last } = window.pageWork;
return timers.size === 0 && requests === 0 && performance.now() - last >= restMs;
