import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { jobRecording } from "../ipc/fake/jobRecording";
import { recordedImage, recordedPlan } from "../ipc/fake/recordedPlan";
import { fakeError } from "../ipc/fakeBackend";
import {
  byId,
  click,
  openReview,
  pgcli,
  sending,
  start,
  storefront,
  textOf,
} from "../testing/window";

describe("a migration", () => {
  it("says why an image is refused, and does not start", async () => {
    const error = fakeError("manifest_unsupported", "It is a schema 1 manifest.");
    await openReview([pgcli, storefront], {
      answers: {
        migrationPlan: async (request) =>
          recordedPlan(request, {
            images: request.images.map((selected, place) => ({
              ...recordedImage(request, selected),
              action: place === 0 ? { kind: "refused", error } : { kind: "move" },
            })),
          }),
      },
    });
    expect(await textOf("plan-action-0")).toContain("It is a schema 1 manifest.");
    expect(await textOf("start-reason")).toMatch(/Transload can’t copy 1 image/);
    expect((await byId("wizard-start")).getAttribute("aria-disabled")).toBe("true");
  });

  it("reports one failing image among two, and retries only that one", async () => {
    const error = fakeError("connection_lost", "The line broke in a layer.");
    const backend = await openReview([pgcli, storefront], {
      jobRecording: (plan) => jobRecording(plan, plan.images.length === 2 ? { 0: error } : {}),
    });
    await start(backend);
    expect((await byId("result")).dataset.outcome).toBe("partly_failed");
    expect((await byId("result-0")).dataset.result).toBe("failed");
    expect((await byId("result-1")).dataset.result).toBe("moved");
    expect(await textOf("proof-0")).toContain("The line broke in a layer.");
    await click("retry-failed");
    await byId("job");
    await waitFor(() => expect(backend.followers()).toBe(1));
    act(() => backend.play());
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
    expect(screen.queryByTestId("result-1")).toBeNull();
  });

  it("pauses, resumes, and stops after a question", async () => {
    const backend = await openReview([pgcli]);
    await start(backend, sending);
    await byId("job-image-0");
    await click("job-pause");
    await click("job-resume");
    await byId("job-pause");
    await click("job-cancel");
    expect(backend.calls.some(({ method }) => method === "jobCancel")).toBe(false);
    await click("job-stop-confirm");
    expect((await byId("result")).dataset.outcome).toBe("cancelled");
    // Resume is the next step, not a new migration.
    const primary = document.querySelectorAll('[class*="variant-primary"][data-testid]');
    expect([...primary].map((button) => button.getAttribute("data-testid"))).toEqual([
      "resume-cancelled",
    ]);
  });
});
