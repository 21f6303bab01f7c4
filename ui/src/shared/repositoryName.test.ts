import { describe, expect, it } from "vitest";
import { prefixHint, repositoryNameProblem, suggestRepositoryName } from "./repositoryName";

describe("a repository name", () => {
  it.each(["ab", "team/app", "a.b_c-d", "a__b", "a---b", "0/1/2"])("may be %s", (name) => {
    expect(repositoryNameProblem(name)).toBeNull();
  });

  it.each([
    ["a", /at least 2/],
    ["a".repeat(257), /up to 256/],
    ["Team/app", /lowercase/],
    ["my app", /spaces/],
    ["app:1", /“:” isn’t allowed/],
    ["/app", /both sides/],
    ["team//app", /both sides/],
    ["-app", /start and end/],
    ["app_", /start and end/],
    ["a..b", /Between/],
    ["a___b", /Between/],
    ["a.-b", /Between/],
  ])("may not be %s", (name, rule) => {
    expect(repositoryNameProblem(name)).toMatch(rule);
  });

  it.each([
    ["Backup_Tool", "backup_tool"],
    ["My App", "my-app"],
    ["/team//app/", "team/app"],
    ["a..b", "a.b"],
    ["a___b", "a__b"],
    ["a.-b", "a-b"],
    ["_app-", "app"],
    ["x".repeat(300), "x".repeat(256)],
  ])("%s becomes %s", (name, suggestion) => {
    expect(suggestRepositoryName(name)).toBe(suggestion);
  });

  it("has no suggestion where nothing is left of it", () => {
    expect(suggestRepositoryName("//")).toBeNull();
  });
});

describe("a prefix", () => {
  it.each([
    ["hub", "Names become “hubbuilds”. To separate the parts, enter “hub/”."],
    ["team/hub ", "Names become “team/hubbuilds”. To separate the parts, enter “team/hub/”."],
    ["hub/", null],
    ["hub-", null],
    ["hub_", null],
    ["hub.", null],
    ["", null],
  ])("%s is explained", (prefix, hint) => {
    expect(prefixHint(prefix, "builds")).toBe(hint);
  });
});
