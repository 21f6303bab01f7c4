import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { cloudscapePatches } from "./cloudscapePatches.ts";

export default defineConfig({
  plugins: [react(), cloudscapePatches()],
  // The window and `tauri.conf.json` expect this port while developing.
  server: { port: 1420, strictPort: true, host: "127.0.0.1" },
  build: {
    outDir: "dist",
    // WebKitGTK 2.36 and later, WKWebView of macOS 12, WebView2.
    target: "safari15",
    // The files come from disk; Cloudscape is one large chunk, and splitting it gains nothing.
    chunkSizeWarningLimit: 4000,
    // Without the inline polyfill script, which the content security policy would refuse.
    modulePreload: { polyfill: false },
    // A `data:` script or style would need a looser policy.
    assetsInlineLimit: 0,
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/withoutOwnerStacks.ts", "src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
    restoreMocks: true,
    // A walk through the whole window takes some ten seconds, on a busy machine many times that.
    testTimeout: 180_000,
    // Without this one core of two stays idle.
    maxWorkers: "100%",
    // Importing Cloudscape takes seconds, so the files of one worker share the modules that they import, and the
    // document. `testing/leftovers.ts` keeps them apart. A file with another environment would need a new worker.
    isolate: false,
    unstubGlobals: true,
    // Cloudscape's packages import CSS, which Node itself cannot.
    server: { deps: { inline: [/@cloudscape-design\//] } },
  },
});
