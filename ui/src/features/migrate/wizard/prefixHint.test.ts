import { expect, it } from "vitest";
import { prefixHint } from "./prefixHint";

it.each([
  ["hub", "The prefix doesn’t end with “/”: names become hubbuilds, not hub/builds."],
  [
    "team/hub",
    "The prefix doesn’t end with “/”: names become team/hubbuilds, not team/hub/builds.",
  ],
  ["", null],
  ["hub/", null],
  ["hub-", null],
  ["hub_", null],
  ["hub.", null],
])("of %j is %j", (prefix, hint) => {
  expect(prefixHint({ prefix }, new Map([["acme/builds", "builds"]]))).toBe(hint);
});

it("needs a name to show", () => {
  expect(prefixHint({ prefix: "hub" }, new Map())).toBeNull();
});
