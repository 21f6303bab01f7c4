import { describe, expect, it } from "vitest";
import type { TagRules } from "../../../ipc/generated";
import { list, repository, tag } from "./imageFixtures";
import {
  allBox,
  chosenText,
  draftSize,
  repositoryBox,
  selectedTags,
  selectionSize,
  selectRows,
} from "./imageSelection";
import { noFilter, repositoryRows, tagRows } from "./sourceRows";

const tags = { app: list(tag("v2"), tag("v1"), tag("latest")) };
const rows = repositoryRows([repository("app"), repository("web")], noFilter);
const [app, web] = rows as [(typeof rows)[number], (typeof rows)[number]];
const image = (name: string, of = "app") => ({ repository: of, tag: name });
const versions = { ...noFilter, text: "app:v*" };
const noRules: TagRules = {
  include: [],
  exclude: [],
  pushed_within_days: null,
  pulled_within_days: null,
  newest: null,
};

describe("the check box of a repository", () => {
  it.each([
    ["no tag", [], tags.app, noFilter, "none"],
    ["some tags", ["v1"], tags.app, noFilter, "some"],
    ["all tags", ["v1", "v2", "latest"], tags.app, noFilter, "all"],
    ["all tags that a filter shows", ["v1", "v2"], tags.app, versions, "all"],
    ["a tag that a filter hides", ["latest"], tags.app, versions, "none"],
    ["tags of a list that was not read", ["v1"], undefined, noFilter, "some"],
    ["all loaded tags of a longer list", ["a"], { ...list(tag("a")), next: "2" }, noFilter, "some"],
    [
      "as many tags as there are in a list that was not read to its end",
      ["a"],
      { ...list(), next: "2", total: 1 },
      noFilter,
      "all",
    ],
  ] as const)("with %s selected", (_, selected, of, filter, state) => {
    const chosen = selectedTags(selected.map((name) => image(name)));
    expect(repositoryBox("app", of, filter, chosen)).toBe(state);
  });

  it("of all repositories is that of each, or partly selected", () => {
    const box = (...images: { repository: string; tag: string }[]) =>
      allBox(rows, { ...tags, web: list(tag("1")) }, noFilter, selectedTags(images));
    expect(box()).toBe("none");
    expect(box(image("v1"))).toBe("some");
    expect(box(image("1", "web"))).toBe("some");
    expect(box(image("v1"), image("v2"), image("latest"), image("1", "web"))).toBe("all");
    expect(allBox([], {}, noFilter, new Map())).toBe("none");
  });
});

describe("a click on a check box", () => {
  it("takes every shown tag of a repository, and skips hidden ones", () => {
    const all = selectRows([app], true, tags, noFilter, []);
    expect(all).toEqual({ images: [image("v2"), image("v1"), image("latest")], wanted: [] });
    const none = selectRows([app], false, tags, versions, all.images);
    expect(none.images).toEqual([image("latest")]);
    expect(selectRows([app], true, tags, versions, []).images).toHaveLength(2);
  });

  it("wants the tags of a repository that were not read", () => {
    expect(selectRows([web], true, tags, noFilter, [])).toEqual({ images: [], wanted: ["web"] });
  });

  it("deselects what rules selected of a repository that was not read", () => {
    const images = [image("v1", "web"), image("latest", "web"), image("v1")];
    const left = selectRows([web], false, tags, noFilter, images);
    expect(left).toEqual({ images: [image("v1")], wanted: [] });
    const filtered = selectRows([web], false, tags, { ...noFilter, text: ":v*" }, images);
    expect(filtered.images).toEqual([image("latest", "web"), image("v1")]);
  });

  it("selects and deselects one tag or a range", () => {
    const below = tagRows("app", tags.app, noFilter);
    const two = selectRows(below.slice(0, 2), true, tags, noFilter, []);
    expect(two.images).toEqual([image("v2"), image("v1")]);
    expect(selectRows(below.slice(1, 2), false, tags, noFilter, two.images).images).toEqual([
      image("v2"),
    ]);
  });
});

describe("the selection", () => {
  it("says how many tags of a repository are selected, and of how many if that is known", () => {
    expect(chosenText(2, tags.app)).toBe("2 of 3");
    expect(chosenText(0, tags.app)).toBe("0 of 3");
    expect(chosenText(1, undefined)).toBe("1 selected");
    expect(chosenText(0, undefined)).toBeNull();
    expect(chosenText(2, { ...tags.app, next: "2" })).toBe("2 selected");
    expect(chosenText(2, { ...tags.app, next: "2", total: 1000 })).toBe("2 of 1,000");
  });

  it("has the size that the rules said, until more is known of its tags", () => {
    const selection = { repositories: [], rules: noRules };
    const images = [image("v1"), image("v2")];
    const ruled = { images, selection, ruledSize: { bytes: 7, unknown: 1 } };
    expect(draftSize(ruled, {})).toEqual({ bytes: 7, unknown: 1 });
    expect(draftSize(ruled, tags)).toEqual({ bytes: 20, unknown: 0 });
    expect(draftSize({ ...ruled, selection: null }, {})).toEqual({ bytes: 0, unknown: 2 });
    expect(draftSize({ ...ruled, ruledSize: null }, {})).toEqual({ bytes: 0, unknown: 2 });
  });

  it("counts sizes, and says of how many it knows none", () => {
    const sized = { app: list(tag("a", 5), tag("b", null)) };
    expect(selectionSize([image("a"), image("b"), image("c")], sized)).toEqual({
      bytes: 5,
      unknown: 2,
    });
  });
});
