import { expect, it } from "vitest";
import { isKnown, reportedText, unchangeableReason, unknownValues } from "./reported";

it.each<[unknown, readonly string[]]>([
  ["active", []],
  [null, []],
  [{ unknown: "FROZEN" }, ["FROZEN"]],
  [{ rules: [{ filters: ["a", { unknown: "REGEX ^v" }] }, { unknown: "REGEX ^v" }] }, ["REGEX ^v"]],
  [{ unknown: 3, kind: "complete" }, []],
])("finds unknown values in %j", (value, expected) => {
  expect(unknownValues(value)).toEqual(expected);
  expect(unchangeableReason(value) === undefined).toBe(expected.length === 0);
});

it("shows an unknown value as AWS wrote it", () => {
  expect(reportedText("active", () => "Active")).toBe("Active");
  expect(reportedText({ unknown: "FROZEN" }, () => "Active")).toBe("FROZEN");
  expect(isKnown({ kind: "kms", key: null })).toBe(true);
});
