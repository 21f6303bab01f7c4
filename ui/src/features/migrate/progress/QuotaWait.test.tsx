import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { type Backend, BackendProvider } from "../../../ipc";
import { createFakeBackend } from "../../../ipc/fakeBackend";
import { planOf, requestFor } from "../../../testing/request";
import { JobContainer } from "../JobContainer";
import { jobFromSnapshot } from "./jobState";

it("a wait for a pull quota says until when, and a sign-in goes to the source of the job", async () => {
  const backend = createFakeBackend();
  const plan = await planOf(backend, requestFor("dencold/pgcli", "latest"));
  const job = await backend.migrationStart(plan.plan);
  const snapshot = await backend.jobSnapshot(job);
  const sourceLogin = vi.fn(async () => ({
    username: "me",
    origin: "typed" as const,
    stored_in: null,
    login_error: null,
    keychain_error: null,
  }));
  render(
    <BackendProvider backend={{ ...backend, sourceLogin } as Backend}>
      <JobContainer
        job={jobFromSnapshot({
          ...snapshot,
          quota_check_at_ms: new Date(2026, 10, 24, 15, 20, 5).getTime(),
          pulls_left: { left: 0, limit: 100, window_seconds: 21_600 },
        })}
        onJob={() => {}}
        onAnother={() => {}}
        onRepositories={() => {}}
      />
    </BackendProvider>,
  );
  expect((await screen.findByTestId("quota-wait")).textContent).toContain("15:20:05");
  expect((await screen.findByTestId("job")).textContent).toContain("0 of 100 in 6 h");
  const field = async (id: string) =>
    (await screen.findByTestId(id)).querySelector("input") as HTMLInputElement;
  fireEvent.change(await field("source-username"), { target: { value: "me" } });
  fireEvent.change(await field("source-secret"), { target: { value: "token" } });
  act(() => screen.getByTestId("source-sign-in").click());
  await waitFor(() =>
    expect(sourceLogin).toHaveBeenCalledWith({
      source: snapshot.source,
      username: "me",
      secret: "token",
      keep: false,
    }),
  );
});
