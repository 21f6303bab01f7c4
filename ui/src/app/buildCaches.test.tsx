import { waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { recordedImage, recordedPlan } from "../ipc/fake/recordedPlan";
import type { FakeBackend, FakeOptions } from "../ipc/fakeBackend";
import type { MigrationRequest } from "../ipc/generated";
import {
  byId,
  click,
  draftAtReview,
  expectAccessible,
  openWindow,
  start,
  textOf,
} from "../testing/window";

const draft = draftAtReview(
  { repository: "dencold/pgcli", tag: "latest" },
  { repository: "dencold/pgcli", tag: "buildcache" },
  { repository: "dencold/storefront", tag: "cache" },
);

/** Plans in which the tags that are caches by name are build caches. */
const answers: FakeOptions["answers"] = {
  migrationPlan: async (request) =>
    recordedPlan(request, {
      images: request.images.map((selected) => ({
        ...recordedImage(request, selected),
        remarks: selected.tag.endsWith("cache") ? ["build_cache"] : [],
      })),
    }),
};

/** Tags of the plan that was made last. */
function plannedTags(backend: FakeBackend): string[] {
  const call = backend.calls.filter(({ method }) => method === "migrationPlan").at(-1);
  const request = call?.args[0] as MigrationRequest;
  return request.images.map(({ tag }) => tag);
}

const alert = () => document.querySelector('[data-testid="build-caches"]');

describe("build caches", () => {
  it("are named, and copied without a choice", async () => {
    const backend = openWindow({ draft, answers });
    const text = await textOf("build-caches");
    expect(text).toContain("2 build caches in the selection");
    expect(text).toContain("dencold/pgcli:buildcache, dencold/storefront:cache");
    await expectAccessible(await byId("build-caches"));
    await start(backend);
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
    expect(plannedTags(backend)).toEqual(["latest", "buildcache", "cache"]);
  });

  it("are skipped on request, and the rest is copied", async () => {
    const backend = openWindow({ draft, answers });
    await click("build-caches-skip");
    await waitFor(() => expect(alert()).toBeNull());
    await byId("plan-images");
    await start(backend);
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
    expect(plannedTags(backend)).toEqual(["latest"]);
  });

  it("can't be skipped if nothing else is selected", async () => {
    openWindow({ draft: { ...draft, images: draft.images.slice(1) }, answers });
    expect(await textOf("build-caches")).toContain("2 build caches");
    expect(document.querySelector('[data-testid="build-caches-skip"]')).toBeNull();
  });

  it("aren't mentioned in other plans", async () => {
    openWindow({ draft });
    await byId("plan-images");
    expect(alert()).toBeNull();
  });
});
