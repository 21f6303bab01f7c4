export { BackendProvider, useBackend } from "./BackendContext";
export type { Backend } from "./backend";
