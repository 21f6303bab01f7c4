export { BackendProvider, useBackend } from "./BackendContext";
export type { Backend, Unsubscribe } from "./backend";
