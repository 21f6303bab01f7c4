import { describe, expect, it } from "vitest";
import { engineUp } from "../../../ipc/fake/fixtures";
import type { EnginePrediction, PlannedImage, RegistryCounterpart } from "../../../ipc/generated";
import { engineFacts } from "../../../shared/engineFacts";
import { hasNotes, predictionTexts } from "./plannedImageTexts";
import { counterpartText } from "./RegistryCounterpartsAlert";

const digest = (sign: string) => `sha256:${sign.repeat(64)}`;

function planned(
  engine: Partial<EnginePrediction>,
  image: Partial<PlannedImage> = {},
): PlannedImage {
  return {
    image: 0,
    selected: { repository: "app", tag: "1" },
    source: "docker.io/library/app:1",
    destination: "registry/app:1",
    repository: "app",
    tag: "1",
    route: "docker_engine",
    action: { kind: "move" },
    source_digest: null,
    destination_digest: null,
    platforms: ["linux/amd64"],
    size_bytes: 1,
    remarks: [],
    referrer_tags: null,
    engine: {
      image_id: digest("1"),
      method: "push",
      outcome: "whole",
      platform: null,
      index_platforms: [],
      attestations_stay: false,
      ...engine,
    },
    ...image,
  };
}

describe("What will arrive of an image of the Docker Engine", () => {
  it("names the platform, its digest and the index", () => {
    const part = planned(
      {
        outcome: "part",
        method: "push_platform",
        platform: "linux/amd64",
        index_platforms: ["linux/amd64", "linux/arm64", "linux/s390x"],
        attestations_stay: true,
      },
      { source_digest: digest("2"), part_of: digest("6") },
    );
    const [first, second, ...rest] = predictionTexts(part);
    expect(first).toMatch(
      /^Only linux\/amd64 of 3 platforms is copied, as sha256:2{8,}.* of index sha256:6{8,}/,
    );
    expect(second).toContain("attestation");
    expect(rest).toEqual([]);
  });

  it("promises a digest only where it is known", () => {
    expect(predictionTexts(planned({}))).toEqual([
      "All platforms are copied. The digest doesn’t change.",
    ]);
    const seen = planned({ outcome: "seen_while_sending", method: "own_push" });
    const texts = predictionTexts(seen);
    expect(texts[0]).toContain("Otherwise, only linux/amd64");
    expect(texts[1]).toContain("Transload reads the image");
    // Docker 26 pushes a complete index itself.
    const first = predictionTexts(planned({ outcome: "seen_while_sending", method: "push" }));
    expect(first).toHaveLength(1);
    expect(first[0]).toContain("Transload then reads it from the Docker Engine");
    expect(predictionTexts(planned({ outcome: "mounted" }))[0]).toContain("ECR takes them from");
    // The remark says it.
    expect(predictionTexts(planned({ outcome: "repacked" }))).toEqual([]);
  });

  it("says nothing of images that a registry copies", () => {
    const { engine: _, ...copied } = planned({});
    expect(predictionTexts(copied)).toEqual([]);
  });
});

describe("The notes of an image", () => {
  const { engine: _, ...direct } = planned({});
  const signature = { tag: "sha256-1.sig", source_digest: digest("1"), destination_digest: null };
  it.each<[string, PlannedImage, boolean]>([
    ["are empty for a direct copy", direct, false],
    ["are empty without referrer tags", { ...direct, referrer_tags: [] }, false],
    ["have a remark", { ...direct, remarks: ["build_cache"] }, true],
    ["leave an unknown size to its column", { ...direct, remarks: ["read_later"] }, false],
    ["have the referrer tags", { ...direct, referrer_tags: [signature] }, true],
    [
      "leave out referrer tags that stay",
      { ...direct, referrer_tags: [signature], action: { kind: "keep_existing" } },
      false,
    ],
    ["have what the Docker Engine does", planned({}), true],
    [
      "leave out what it does with an image that is up to date",
      planned({}, { action: { kind: "already_there" } }),
      false,
    ],
  ])("%s", (_, image, isShown) => {
    expect(hasNotes(image)).toBe(isShown);
  });
});

describe("What a registry has of an image of the Docker Engine", () => {
  const counterpart: RegistryCounterpart = {
    tag: "1",
    registry: "docker.io",
    source: { kind: "docker_hub", namespace: "library" },
    repository: "library/app",
    platforms: ["linux/amd64", "linux/arm64"],
    held_platforms: ["linux/amd64"],
    moved: false,
    layers_missing: false,
  };

  it("is more only where the engine says what it holds", () => {
    expect(counterpartText(counterpart)).toBe(
      "docker.io has 2 platforms. This computer only has linux/amd64.",
    );
    expect(counterpartText({ ...counterpart, held_platforms: [] })).toContain(
      "doesn’t report its platforms",
    );
    expect(counterpartText({ ...counterpart, platforms: [], moved: true })).toBe(
      "At docker.io, the tag now points to a different image.",
    );
    const none = { ...counterpart, held_platforms: [], layers_missing: true };
    expect(counterpartText(none)).toBe(
      "docker.io has 2 platforms. This computer doesn’t have the layers of the image.",
    );
    expect(counterpartText({ ...none, platforms: [] })).toBe(
      "docker.io has the image. This computer doesn’t have its layers.",
    );
  });
});

describe("The details of an engine", () => {
  it("name its image store and its API", () => {
    expect(engineFacts(engineUp)).toContainEqual(["API version", "1.50"]);
    expect(Object.fromEntries(engineFacts({ ...engineUp, store: "containerd" })).Images).toContain(
      "containerd image store",
    );
    expect(
      engineFacts({ ...engineUp, store: undefined, api: undefined }).map(([what]) => what),
    ).toEqual(["Platform", "Address"]);
  });
});
