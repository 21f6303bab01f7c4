import { describe, expect, it } from "vitest";
import type { RepositorySettings } from "../ipc/generated";
import { isOptIn, regionGroups, regionName, regionOptions } from "./regions";
import {
  defaultRepositorySettings,
  exclusionFilterProblem,
  repositorySettingsProblems,
  repositorySettingsSummary,
  repositorySettingsValid,
} from "./repositorySettings";

const settings = (part: Partial<RepositorySettings>): RepositorySettings => ({
  ...defaultRepositorySettings,
  ...part,
});

describe("repository settings by ECR's rules", () => {
  it("takes the settings that ECR itself starts with", () => {
    expect(repositorySettingsValid(defaultRepositorySettings)).toBe(true);
  });

  it.each(["latest", "dev-*", "*", "v1.2_3", "a".repeat(128)])(
    "takes the pattern %s",
    (pattern) => {
      expect(exclusionFilterProblem(pattern)).toBeUndefined();
    },
  );

  it.each(["", "a b", "a/b", "dev?", "ä", "a".repeat(129)])(
    "refuses the pattern “%s”",
    (pattern) => {
      expect(exclusionFilterProblem(pattern)).toBeTypeOf("string");
    },
  );

  it("wants one to five different patterns where there are exceptions, and none elsewhere", () => {
    const withFilters = (exclusion_filters: string[]) =>
      repositorySettingsProblems(
        settings({ tag_mutability: "immutable_with_exclusion", exclusion_filters }),
      );
    expect(withFilters([]).exclusion_filters).toContain("at least one");
    expect(withFilters(["a", "b", "c", "d", "e"])).toEqual({});
    expect(withFilters(["a", "b", "c", "d", "e", "f"]).exclusion_filters).toContain("up to 5");
    expect(withFilters(["a", "a"]).exclusion_filter_items).toHaveProperty("1");
    expect(withFilters(["a", ""]).exclusion_filter_items).toHaveProperty("1");
  });

  it("wants a whole positive number in a lifecycle preset", () => {
    const problem = (count: number) =>
      repositorySettingsProblems(settings({ lifecycle: { kind: "keep_newest", count } })).lifecycle;
    expect(problem(1)).toBeUndefined();
    for (const count of [0, -1, 1.5, Number.NaN]) {
      expect(problem(count)).toBeTypeOf("string");
    }
  });

  it("takes 50 tags, and refuses more, empty keys, keys of AWS, and values that are too long", () => {
    const tags = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, "value"]));
    expect(repositorySettingsValid(settings({ tags: tags(50) }))).toBe(true);
    expect(repositorySettingsProblems(settings({ tags: tags(51) })).tags).toContain("50");
    for (const [key, value] of [
      ["", "x"],
      ["aws:x", "y"],
      ["x", "y".repeat(257)],
    ] as const) {
      expect(repositorySettingsValid(settings({ tags: { [key]: value } }))).toBe(false);
    }
  });

  it("takes KMS without a key, and refuses a key with spaces", () => {
    expect(repositorySettingsValid(settings({ encryption: { kind: "kms", key: null } }))).toBe(
      true,
    );
    const spaced = settings({ encryption: { kind: "kms_dual_layer", key: "my key" } });
    expect(repositorySettingsProblems(spaced).kms_key).toBeTypeOf("string");
  });

  it("sums settings up in a line", () => {
    const text = repositorySettingsSummary(
      settings({
        scan_on_push: true,
        lifecycle: { kind: "keep_newest", count: 5 },
        tags: { a: "b" },
      }),
    );
    expect(text).toBe("Mutable, AES-256, scan on push, keep the newest 5 images, 1 AWS tag");
  });
});

describe("regions", () => {
  it("knows the separate partitions, and no region twice", () => {
    const ids = regionGroups.flatMap((group) => group.regions.map((region) => region.id));
    for (const id of ["us-gov-west-1", "cn-north-1", "eusc-de-east-1", "eu-west-1"]) {
      expect(ids).toContain(id);
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(regionName("eu-west-1")).toBe("Europe (Ireland)");
    expect(["eu-south-2", "eu-west-1", "us-gov-west-1", "xx-new-1"].map(isOptIn)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("keeps a region that it does not know as an option", () => {
    expect(regionOptions(["us-iso-east-1", "eu-west-1", null])[0]).toEqual({
      value: "us-iso-east-1",
      label: "us-iso-east-1",
    });
    expect(regionOptions(["eu-west-1"])).toHaveLength(regionGroups.length);
  });
});
