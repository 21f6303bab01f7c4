/**
 * Counts the components that React renders, as its developer tools see them: a number that is the same on
 * every machine. `setup.ts` imports it before React.
 */

interface Fiber {
  readonly tag: number;
  readonly type: unknown;
  readonly flags: number;
  readonly alternate: Fiber | null;
  readonly child: Fiber | null;
  readonly sibling: Fiber | null;
}

/** Functions, classes, `forwardRef`, and both kinds of `memo`, by React's numbers of its work tags. */
const components: ReadonlySet<number> = new Set([0, 1, 11, 14, 15]);
/** React's flag `PerformedWork`. */
const performedWork = 1;

/** Whether it is a component with one of these names. Without names, every component is. */
function isNamed({ type }: Fiber, names: readonly string[]): boolean {
  return names.length === 0 || (typeof type === "function" && names.includes(type.name));
}

function renderedFrom(first: Fiber | null, names: readonly string[]): number {
  let count = 0;
  for (let fiber = first; fiber !== null; fiber = fiber.sibling) {
    if (components.has(fiber.tag) && (fiber.flags & performedWork) !== 0 && isNamed(fiber, names)) {
      count += 1;
    }
    // What kept its children did not render below.
    if (fiber.alternate === null || fiber.child !== fiber.alternate.child) {
      count += renderedFrom(fiber.child, names);
    }
  }
  return count;
}

/** React keeps the first hook that it finds, and so does this module where it is loaded again. */
const hooked = globalThis as { __REACT_DEVTOOLS_GLOBAL_HOOK__?: ReturnType<typeof hook> };

function hook() {
  const nothing = () => {};
  const self = {
    supportsFiber: true,
    commits: 0,
    counted: null as number | null,
    names: [] as readonly string[],
    checkDCE: nothing,
    inject: () => 1,
    onCommitFiberUnmount: nothing,
    onPostCommitFiberRoot: nothing,
    onCommitFiberRoot: (_: number, root: { current: Fiber }) => {
      self.commits += 1;
      if (self.counted !== null) {
        self.counted += renderedFrom(root.current, self.names);
      }
    },
  };
  return self;
}

hooked.__REACT_DEVTOOLS_GLOBAL_HOOK__ ??= hook();

/**
 * Returns how many components an action renders: all, or those with one of the names. What was asked for before is
 * drawn first, and doesn't count.
 */
export async function rendersOf(
  action: () => void | Promise<void>,
  ...names: readonly string[]
): Promise<number> {
  const counter = hooked.__REACT_DEVTOOLS_GLOBAL_HOOK__ ?? hook();
  // Not at the top, because this module is loaded before React.
  const { drawn } = await import("./drawn");
  await drawn(() => counter.commits);
  counter.counted = 0;
  counter.names = names;
  await action();
  const { counted } = counter;
  counter.counted = null;
  return counted ?? 0;
}
