import { expect, it } from "vitest";
import { fakeError } from "../ipc/fakeBackend";
import { byId, click, draftAtReview, openWindow, pgcli } from "../testing/window";

/** The window at Review, with a plan that failed. */
async function openFailed(code: Parameters<typeof fakeError>[0]) {
  const failed = async () => Promise.reject(fakeError(code, "It failed."));
  const backend = openWindow({ draft: draftAtReview(pgcli), answers: { migrationPlan: failed } });
  await byId("error-alert");
  return backend;
}

it("opens what an error in the wizard names, in the wizard or elsewhere in the window", async () => {
  const backend = await openFailed("engine_push_failed");
  await click("error-action-open_log");
  expect(backend.calls.map(({ method }) => method)).toContain("logFolderOpen");
  await click("error-action-choose_images");
  await byId("selection-summary");
  backend.unmount();

  await openFailed("engine_not_running");
  await click("error-action-open_settings");
  await byId("settings-engine-address");
});
