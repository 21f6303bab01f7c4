/** The start of the window: its style, its backend, and its root component. */
import "@cloudscape-design/global-styles/index.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { applyMonospaceFont } from "./app/monospaceFont";
import type { Backend } from "./ipc/backend";
import { tauriBackend } from "./ipc/tauriBackend";

const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no element #root");
}

/** Returns the Tauri backend, or the fake backend in browser mode. */
async function chooseBackend(): Promise<Backend> {
  const fakeWanted = import.meta.env.DEV || import.meta.env.MODE === "fake";
  if (fakeWanted && !("__TAURI_INTERNALS__" in window)) {
    const { createFakeBackend } = await import("./ipc/fakeBackend");
    return createFakeBackend({ autoplay: true });
  }
  return tauriBackend;
}

applyMonospaceFont();
const backend = await chooseBackend();
createRoot(root).render(
  <StrictMode>
    <App backend={backend} />
  </StrictMode>,
);
