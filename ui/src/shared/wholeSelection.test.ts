import { expect, it } from "vitest";
import { wholeSelection } from "./wholeSelection";

/** Six rows of a page, of which three are drawn, and a row of another page. */
const rows = ["a", "b", "c", "d", "e", "f"];
const other = "z";

it.each([
  ["one row", false, ["a"], ["a"]],
  ["the last row that is drawn", false, ["a", "b", "c"], ["a", "b", "c"]],
  ["all but the only one that is drawn and selected", false, ["e", "f"], ["e", "f"]],
  ["all rows", true, ["a", "b", "c"], rows],
  ["all rows, beside those of another page", true, [other, "a", "b", "c"], [other, ...rows]],
  [
    "all rows, of which one was selected",
    true,
    ["e", "a", "b", "c"],
    ["e", "a", "b", "c", "d", "f"],
  ],
  ["no row", true, [other, "d", "e", "f"], [other]],
  ["none of no row", true, [], []],
])("selects %s", (_, isOfAll, selected, expected) => {
  const portion = { rows, isOfAll, keyOf: (row: string) => row, isSelectable: () => true };
  expect(wholeSelection(selected, { ...portion, drawn: rows.slice(0, 3) })).toEqual(expected);
  // With all rows drawn, the table knows by itself.
  expect(wholeSelection(selected, { ...portion, drawn: rows })).toBe(selected);
});

it("knows rows by their key, and selects none that can’t be selected", () => {
  const row = (id: string) => ({ id });
  const selected = wholeSelection([row("a")], {
    drawn: [row("a"), row("b")],
    rows: [row("a"), row("b"), row("c"), row("d")],
    isOfAll: true,
    keyOf: ({ id }) => id,
    isSelectable: ({ id }) => id !== "b" && id !== "d",
  });
  expect(selected.map(({ id }) => id)).toEqual(["a", "c"]);
});
