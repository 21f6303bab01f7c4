import { waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Draft, emptyDraft } from "../features/migrate/wizard/draft";
import { recordedImage, recordedPlan } from "../ipc/fake/recordedPlan";
import { fakeError } from "../ipc/fakeBackend";
import type { MigrationRequest, RegistryCounterpart } from "../ipc/generated";
import { byId, click, expectAccessible, openWindow, textOf } from "../testing/window";

const held = { repository: "postgres", tag: "17" };

const counterpart: RegistryCounterpart = {
  tag: "17",
  registry: "docker.io",
  source: { kind: "docker_hub", namespace: "library" },
  repository: "library/postgres",
  platforms: ["linux/amd64", "linux/arm64", "linux/s390x", "linux/ppc64le"],
  held_platforms: [],
  moved: false,
  layers_missing: true,
};

const draft: Draft = {
  ...emptyDraft,
  step: "review",
  connection: { kind: "practice" },
  source: { kind: "docker_engine" },
  images: [held, { repository: "app", tag: "1" }],
};

const error = fakeError("engine_content_missing");

/** The window at Review, with an image that the Docker Engine can’t push. */
function atReview(found: readonly RegistryCounterpart[]) {
  return openWindow({
    draft,
    answers: {
      registryCounterparts: async (repository) => (repository === "postgres" ? [...found] : []),
      migrationPlan: async (request) => {
        const images = request.images.map((selected) => {
          const planned = recordedImage(request, selected);
          const refused = selected.repository === held.repository;
          return refused ? { ...planned, action: { kind: "refused" as const, error } } : planned;
        });
        return recordedPlan(request, { images });
      },
    },
  });
}

function plannedRequests(backend: ReturnType<typeof openWindow>): MigrationRequest[] {
  const planned = backend.calls.filter(({ method }) => method === "migrationPlan");
  return planned.map(({ args }) => args[0] as MigrationRequest);
}

describe("an image that the Docker Engine can’t push", () => {
  it("is copied from its registry instead, with a new plan", async () => {
    const backend = atReview([counterpart]);
    expect(await textOf("counterparts")).toContain(
      "docker.io has the layers of an image that this computer can’t push",
    );
    expect(await textOf("counterparts")).toContain(
      "library/postgres:17. docker.io has 4 platforms.",
    );
    expect(await textOf("take-counterparts")).toBe(
      "Copy from docker.io instead: all 4 platforms, same digest",
    );
    await expectAccessible(await byId("counterparts"));
    const before = plannedRequests(backend);
    expect(before.at(-1)?.source).toEqual({ kind: "docker_engine" });
    await click("take-counterparts");
    await waitFor(() =>
      expect(plannedRequests(backend).at(-1)).toMatchObject({
        source: { kind: "docker_hub", namespace: "library" },
        images: [{ repository: "library/postgres", tag: "17" }],
      }),
    );
    await waitFor(async () => expect(await textOf("plan-images")).toContain("Direct copy"));
    expect((await byId("plan-action-0")).dataset.action).toBe("move");
  });

  it.each([
    [["linux/amd64"], "Copy from docker.io instead: 1 platform, same digest"],
    // A single image doesn’t list its platforms.
    [[], "Copy from docker.io instead: same digest"],
  ])("promises only what the registry has: %s", async (platforms, text) => {
    atReview([{ ...counterpart, platforms }]);
    expect(await textOf("take-counterparts")).toBe(text);
  });

  it("gets no offer if the registry has nothing to offer", async () => {
    const backend = atReview([]);
    await waitFor(() =>
      expect(backend.calls.some(({ method }) => method === "registryCounterparts")).toBe(true),
    );
    await byId("plan-action-0");
    expect(document.querySelector('[data-testid="take-counterparts"]')).toBeNull();
  });
});
