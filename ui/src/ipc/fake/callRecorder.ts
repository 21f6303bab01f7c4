import type { Backend } from "../backend";
import type { ApiError } from "../generated";
import type { FakeBackend } from "./options";

/** Methods that return a function instead of a promise. */
const subscriptions: ReadonlySet<keyof Backend> = new Set([
  "jobFollow",
  "onCloseRequested",
  "onFileDrag",
]);

/** A backend that records its calls and can fail on demand. */
export function withRecordedCalls(
  backend: Backend,
  calls: FakeBackend["calls"],
  failures: Map<string, ApiError>,
): Backend {
  const handler: ProxyHandler<Backend> = {
    get(target, name: keyof Backend) {
      const method = target[name] as (...args: unknown[]) => unknown;
      if (subscriptions.has(name)) {
        return method;
      }
      return async (...args: unknown[]) => {
        calls.push({ method: name, args });
        const failure = failures.get(name);
        if (failure !== undefined) {
          failures.delete(name);
          throw failure;
        }
        return method(...args);
      };
    },
  };
  const proxy = new Proxy(backend, handler);
  return Object.fromEntries(
    Object.keys(backend).map((name) => [name, proxy[name as keyof Backend]]),
  ) as unknown as Backend;
}
