import { act, render, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { BackendProvider } from "../../../ipc";
import { createFakeBackend, fakeError } from "../../../ipc/fakeBackend";
import { planOf, requestFor } from "../../../testing/request";
import { JobContainer } from "../JobContainer";
import { jobFromSnapshot } from "./jobState";

it("a migration that waits for a sign-in says so, and looks again at once when it is asked to", async () => {
  const backend = createFakeBackend();
  const plan = await planOf(backend, requestFor("dencold/pgcli", "latest"));
  const job = await backend.migrationStart(plan.plan);
  const snapshot = await backend.jobSnapshot(job);
  render(
    <BackendProvider backend={backend}>
      <JobContainer
        job={jobFromSnapshot({
          ...snapshot,
          sign_in_error: fakeError("sign_in_needed", "work needs you to sign in again.", "work"),
        })}
        onJob={() => {}}
        onAnother={() => {}}
        onRepositories={() => {}}
      />
    </BackendProvider>,
  );
  expect((await screen.findByTestId("sign-in-wait")).textContent).toContain("is waiting");
  expect(screen.getByTestId("error-alert").getAttribute("data-error-code")).toBe("sign_in_needed");
  act(() => screen.getByTestId("error-action-retry").click());
  await waitFor(() => expect(backend.calls).toContainEqual({ method: "jobCheckNow", args: [job] }));
});
