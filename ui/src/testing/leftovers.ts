/**
 * What a test must not leave behind. Vitest runs the files of one worker in the same document with the same modules
 * (`isolate: false`), and which files share a worker depends on how long the others take. What is left behind then
 * makes another test fail now and then. `setup.ts` calls it after every test.
 */
import { cleanup } from "@testing-library/react";
import { vi } from "vitest";

/** The width of a new window, where the tables show all their columns. */
const windowWidth = 1280;

/** Listeners of the window and the document, and intervals, each with where it was added. */
const added = new Map<string, string>();

const ids = new WeakMap<object, number>();
let newestId = 0;

/** A number for a listener: the same one for the same listener. */
function idOf(listener: object): number {
  const id = ids.get(listener) ?? ++newestId;
  ids.set(listener, id);
  return id;
}

/** The first lines of this project in the stack, or `null` if a library called. */
function callers(): string | null {
  const lines = (new Error().stack ?? "").split("\n").slice(3);
  return lines[0]?.includes("/ui/src/") ? lines[0].trim() : null;
}

function observeListeners(name: string, target: EventTarget): void {
  const { addEventListener, removeEventListener } = target;
  const keyOf = (type: string, listener: object, options: unknown) => {
    const capture = typeof options === "object" ? Reflect.get(options ?? {}, "capture") : options;
    return `${name} listens to ${type} ${capture === true} ${idOf(listener)}`;
  };
  target.addEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ) => {
    const caller = callers();
    if (caller !== null && listener !== null) {
      added.set(keyOf(type, listener, options), caller);
    }
    addEventListener.call(target, type, listener, options);
  };
  target.removeEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ) => {
    if (listener !== null) {
      added.delete(keyOf(type, listener, options));
    }
    removeEventListener.call(target, type, listener, options);
  };
}

function observeIntervals(): void {
  const { setInterval, clearInterval } = globalThis;
  const timers = new Map<unknown, string>();
  // biome-ignore lint/suspicious/noExplicitAny: as Node declares it
  globalThis.setInterval = ((...args: any[]) => {
    const timer = Reflect.apply(setInterval, globalThis, args);
    const caller = callers();
    if (caller !== null) {
      timers.set(timer, `interval ${++newestId}`);
      added.set(`interval ${newestId}`, caller);
    }
    return timer;
  }) as typeof globalThis.setInterval;
  globalThis.clearInterval = (timer) => {
    added.delete(timers.get(timer) ?? "");
    clearInterval(timer);
  };
}

/** What the tests of this project add to the window and the document, once per worker. */
export function observeLeftovers(): void {
  const observed = globalThis as { transloadObserved?: true };
  if (observed.transloadObserved === undefined) {
    observed.transloadObserved = true;
    observeListeners("window", window);
    observeListeners("document", document);
    observeIntervals();
  }
}

/** Resets what every test may change: rendered components, storage, timers, globals, clipboard and the width of the window. */
export function resetEnvironment(): void {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  localStorage.clear();
  sessionStorage.clear();
  window.innerWidth = windowWidth;
  // user-event adds one to every window. jsdom has none.
  Reflect.deleteProperty(navigator, "clipboard");
}

/** Returns what is left after `resetEnvironment`, and removes or forgets it. */
export function takeLeftovers(): readonly string[] {
  const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
  const left = [
    ...[...document.body.children].map((element) => element.outerHTML.slice(0, 200)),
    ...(environment.IS_REACT_ACT_ENVIRONMENT === true ? ["IS_REACT_ACT_ENVIRONMENT"] : []),
    ...[...added].map(([what, caller]) => `${what} ${caller}`),
  ];
  environment.IS_REACT_ACT_ENVIRONMENT = false;
  document.body.replaceChildren();
  added.clear();
  return left;
}
