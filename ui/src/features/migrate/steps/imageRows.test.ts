// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { SourceRepository, SourceTag, TagRules } from "../../../ipc/generated";
import {
  changedSelection,
  chosenCounts,
  chosenText,
  draftSize,
  drawnRows,
  filteredTags,
  noFilter,
  repositoryRows,
  selectedRows,
  selectionSize,
  type TagList,
  tagMatcher,
  tagRows,
} from "./imageRows";

const tag = (name: string, size: number | null = 10): SourceTag => ({
  tag: name,
  digest: null,
  platforms: [],
  size_bytes: size,
  updated_at_ms: null,
  pulled_at_ms: null,
});
const repository = (name: string): SourceRepository => ({
  name,
  private: null,
  updated_at_ms: null,
  size_bytes: null,
  tags: null,
});
const list = (...tags: SourceTag[]): TagList => ({
  tags,
  loading: false,
  error: null,
  next: null,
  total: null,
});
const tags = { app: list(tag("v2"), tag("v1"), tag("latest")) };
const rows = repositoryRows([repository("app"), repository("web")], noFilter);
const noRules: TagRules = {
  include: [],
  exclude: [],
  pushed_within_days: null,
  pulled_within_days: null,
  newest: null,
};
const image = (name: string) => ({ repository: "app", tag: name });

describe("a tag pattern", () => {
  it("takes * for any characters and everything else as it is", () => {
    expect(tagMatcher("v1.*")("v1.2")).toBe(true);
    expect(tagMatcher("v1.*")("v1x2")).toBe(false);
    expect(tagMatcher("v1")("dev-v1")).toBe(false);
    expect(tagMatcher(" ")("anything")).toBe(true);
  });

  it("is applied before the newest are counted", () => {
    const filter = { search: "", tagPattern: "v*", newest: 1 };
    expect(filteredTags(tags.app.tags, filter).map((one) => one.tag)).toEqual(["v2"]);
  });
});

describe("the rows of a repository", () => {
  it("are drawn a part at a time, with a way to more", () => {
    const many = list(...Array.from({ length: 250 }, (_, number) => tag(`t${number}`)));
    const all = tagRows("app", many, noFilter);
    expect(all).toHaveLength(250);
    const drawn = drawnRows(all, 100);
    expect(drawn).toHaveLength(101);
    expect(drawn.at(-1)).toEqual({
      kind: "more",
      id: "app more",
      repository: "app",
      progress: { have: 100, of: 250 },
    });
    const paged = tagRows("app", { ...many, next: "2", total: 10_000 }, noFilter);
    expect(paged.at(-1)).toMatchObject({ kind: "more", progress: { have: 250, of: 10_000 } });
    expect(drawnRows(paged, 100).at(-1)).toMatchObject({
      progress: { have: 100, of: 10_000 },
    });
    expect(drawnRows(all, 300)).toHaveLength(250);
    expect(drawnRows(tagRows("app", undefined, noFilter), 100)).toHaveLength(1);
  });

  it("say that the tags are read, that there are more, or none", () => {
    expect(tagRows("app", undefined, noFilter).map((row) => row.kind)).toEqual(["loading"]);
    expect(tagRows("app", list(), noFilter).map((row) => row.kind)).toEqual(["empty"]);
    const more = { ...list(tag("a")), next: "2" };
    expect(tagRows("app", more, noFilter).map((row) => row.kind)).toEqual(["tag", "more"]);
  });
});

describe("the selection", () => {
  const select = (images: { repository: string; tag: string }[], filter = noFilter) =>
    selectedRows(rows, tags, filter, images);

  it("takes every shown tag of a repository that is ticked", () => {
    const change = changedSelection([], [rows[0] as never], tags, noFilter, []);
    expect(change.images).toEqual([image("v2"), image("v1"), image("latest")]);
    expect(change.wanted).toEqual([]);
  });

  it("wants the tags of a repository that was not opened yet", () => {
    const change = changedSelection([], [rows[1] as never], tags, noFilter, []);
    expect(change).toEqual({ images: [], wanted: ["web"] });
  });

  it("leaves the other tags when one of a whole repository is unticked", () => {
    const before = select([image("v2"), image("v1"), image("latest")]);
    expect(before.map((row) => row.id)).toContain("app");
    const after = before.filter((row) => row.id !== "app:v1");
    const change = changedSelection(before, after, tags, noFilter, [
      image("v2"),
      image("v1"),
      image("latest"),
    ]);
    expect(change.images).toEqual([image("v2"), image("latest")]);
  });

  it("empties a repository that is unticked", () => {
    const images = [image("v2"), image("v1"), image("latest")];
    const before = select(images);
    const after = before.filter((row) => row.id !== "app");
    expect(changedSelection(before, after, tags, noFilter, images).images).toEqual([]);
  });

  it("leaves tags alone that a filter hides", () => {
    const filter = { ...noFilter, tagPattern: "v*" };
    const images = [image("latest"), image("v1")];
    const before = select(images, filter);
    expect(changedSelection(before, [], tags, filter, images).images).toEqual([image("latest")]);
  });

  it("counts as chosen what rules chose in a repository whose tags were not read", () => {
    const images = [
      { repository: "web", tag: "v1" },
      { repository: "web", tag: "latest" },
      image("v1"),
    ];
    const before = select(images);
    expect(before.map((row) => row.id)).toEqual(["app:v1", "web"]);
    const unticked = changedSelection(before, before.slice(0, 1), tags, noFilter, images);
    expect(unticked).toEqual({ images: [image("v1")], wanted: [] });
    // What a filter hides stays as it is here, too.
    const filter = { ...noFilter, tagPattern: "v*" };
    const left = changedSelection(select(images, filter), [], tags, filter, images);
    expect(left.images).toEqual([{ repository: "web", tag: "latest" }]);
    expect(select(images, { ...noFilter, tagPattern: "x*" })).toEqual([]);
  });

  it("says how many tags of a repository are chosen, and of how many where that is known", () => {
    const counts = chosenCounts([image("v1"), image("v2"), { repository: "web", tag: "v1" }]);
    expect([...counts]).toEqual([
      ["app", 2],
      ["web", 1],
    ]);
    expect(chosenText(2, tags.app)).toBe("2 of 3 tags selected");
    expect(chosenText(1, undefined)).toBe("1 tag selected");
    expect(chosenText(2, { ...tags.app, next: "2" })).toBe("2 tags selected");
    expect(chosenText(2, { ...tags.app, next: "2", total: 1000 })).toBe("2 of 1,000 tags selected");
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
