import { waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { emptyDraft } from "../features/migrate/wizard/draft";
import { byId, click, expectAccessible, openWindow, start, textOf } from "../testing/window";

const draft = {
  ...emptyDraft,
  step: 4,
  connection: { kind: "practice" },
  source: { kind: "practice_account" },
  images: [
    { repository: "dencold/pgcli", tag: "latest" },
    { repository: "dencold/pgcli", tag: "buildcache" },
    { repository: "dencold/webapp", tag: "cache" },
  ],
};

const buildCaches = new Set(["dencold/pgcli:buildcache", "dencold/webapp:cache"]);

const alert = () => document.querySelector('[data-testid="build-caches"]');

describe("build caches", () => {
  it("are named, and copied without a choice", async () => {
    const backend = openWindow({ draft, buildCaches });
    const text = await textOf("build-caches");
    expect(text).toContain("2 build caches in the selection");
    expect(text).toContain("dencold/pgcli:buildcache, dencold/webapp:cache");
    await expectAccessible(await byId("build-caches"));
    await start(backend);
    expect(backend.holdings.has("webapp:cache")).toBe(true);
  });

  it("are skipped on request, and the rest is copied", async () => {
    const backend = openWindow({ draft, buildCaches });
    await click("build-caches-skip");
    await waitFor(() => expect(alert()).toBeNull());
    await byId("plan-images");
    await start(backend);
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
    expect([...backend.holdings.keys()]).toEqual(["pgcli:latest"]);
  });

  it("can't be skipped if nothing else is selected", async () => {
    openWindow({ draft: { ...draft, images: draft.images.slice(1) }, buildCaches });
    expect(await textOf("build-caches")).toContain("2 build caches");
    expect(document.querySelector('[data-testid="build-caches-skip"]')).toBeNull();
  });

  it("aren't mentioned in other plans", async () => {
    openWindow({ draft });
    await byId("plan-images");
    expect(alert()).toBeNull();
  });
});
