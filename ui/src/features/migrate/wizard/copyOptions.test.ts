import { describe, expect, it } from "vitest";
import { type Draft, emptyDraft, parseDraft, requestOf } from "./draft";
import { draftReducer } from "./reducer";
import { imagesProblem } from "./validation";

const image = { repository: "dencold/pgcli", tag: "latest" };
const filled: Draft = {
  ...emptyDraft,
  connection: { kind: "practice" },
  source: { kind: "practice_account" },
  images: [image],
};
const withChoice = draftReducer(filled, {
  type: "conflict_chosen",
  image,
  resolution: { kind: "keep_existing" },
});
const names = new Map([["dencold/pgcli", "pgcli"]]);

describe("the copy options", () => {
  const arm = draftReducer(withChoice, {
    type: "extent_changed",
    extent: { platform: "linux/arm64", referrers: false },
  });

  it("include everything by default, and a change resets the conflict choices", () => {
    expect(requestOf(filled, names, true)?.extent).toEqual({ platform: null, referrers: true });
    expect(requestOf(arm, names, true)?.extent).toEqual({
      platform: "linux/arm64",
      referrers: false,
    });
    expect(arm.choices).toEqual([]);
  });

  it("of the Docker Engine is a platform, and referrers are unknown to it", () => {
    const engine: Draft = { ...arm, source: { kind: "docker_engine" } };
    expect(requestOf(engine, names, true)?.extent).toEqual({
      platform: "linux/arm64",
      referrers: true,
    });
  });

  it("needs a platform that is one", () => {
    for (const [platform, fits] of [
      ["linux/amd64", true],
      ["linux/arm/v7", true],
      ["amd64", false],
      ["linux/", false],
      ["linux/arm/v7/x", false],
    ] as const) {
      const draft = draftReducer(filled, {
        type: "extent_changed",
        extent: { platform, referrers: true },
      });
      expect(imagesProblem(draft) === null, platform).toBe(fits);
    }
  });

  it("is everything in a draft that was kept before there was a choice", () => {
    const { extent: _, ...older } = filled;
    expect(parseDraft(older)?.extent).toEqual({ platform: null, referrers: true });
  });
});
