import { describe, expect, it } from "vitest";
import { list, repository, tag } from "./imageFixtures";
import {
  drawnRows,
  filteredTags,
  filterParts,
  noFilter,
  repositoryRows,
  tagMatcher,
  tagRows,
} from "./sourceRows";

const tags = { app: list(tag("v2"), tag("v1"), tag("latest")) };

describe("a tag pattern", () => {
  it("takes * for any characters and everything else as it is", () => {
    expect(tagMatcher("v1.*")("v1.2")).toBe(true);
    expect(tagMatcher("v1.*")("v1x2")).toBe(false);
    expect(tagMatcher(" ")("anything")).toBe(true);
  });

  it("without * is a part of the tag", () => {
    expect(tagMatcher("v1")("dev-v1")).toBe(true);
    expect(tagMatcher("v1")("v2")).toBe(false);
  });
});

describe("a filter", () => {
  const shown = (text: string, only: ReadonlySet<string> | null = null) =>
    repositoryRows([repository("app"), repository("localhost:5000/web")], { text, only }).map(
      ({ id }) => id,
    );

  it.each([
    ["pgcli", "pgcli", ""],
    ["pgcli:v1.*", "pgcli", "v1.*"],
    [":latest", "", "latest"],
    ["pgcli:", "pgcli", ""],
    // A port isn’t a tag.
    ["localhost:5000/app", "localhost:5000/app", ""],
    ["localhost:5000/app:1", "localhost:5000/app", "1"],
  ])("%s finds repositories and tags", (text, repository, tag) => {
    expect(filterParts({ text, only: null })).toEqual({ repository, tag });
  });

  it("finds repositories by a part of the name", () => {
    expect(shown("AP")).toEqual(["app"]);
    expect(shown("5000/")).toEqual(["localhost:5000/web"]);
    expect(shown("")).toHaveLength(2);
  });

  it("shows only what was selected when that was chosen", () => {
    const only = new Set(["app v1"]);
    expect(shown("", only)).toEqual(["app"]);
    const filter = { text: "", only };
    expect(filteredTags("app", tags.app.tags, filter).map((one) => one.tag)).toEqual(["v1"]);
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
