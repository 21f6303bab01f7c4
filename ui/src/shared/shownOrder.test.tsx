import { describe, expect, it } from "vitest";
import { Bytes } from "./Bytes";
import { CopyableDigest } from "./CopyableText";
import { MiddleEllipsis } from "./MiddleEllipsis";
import { RelativeTime } from "./RelativeTime";
import { StatusText } from "./StatusText";
import { compareShown, shownValue } from "./shownOrder";

describe("the order by what cells show", () => {
  it.each([
    ["a text", "team/app", "team/app"],
    ["a number", 12, 12],
    ["a size in words", "≤ 1,200.5 MB", 1_200_500_000],
    ["a large size", "1.5 PB", 1.5e15],
    ["the most of a size", "at most 12 MB", 12e6],
    ["the most of a range", "between 3 MB and 12.5 MB", 12.5e6],
    ["the most of a count", "≤ 1,505", "1505"],
    ["the least of a count", "≥ 7", "7"],
    ["bytes", <Bytes key="1" bytes={1234} />, 1234],
    [
      "bytes with a bound",
      <span key="1">
        {"≤ "}
        {<Bytes bytes={12} />}
      </span>,
      12,
    ],
    ["a time", <RelativeTime key="1" timeMs={5} />, 5],
    ["no time", <RelativeTime key="1" timeMs={null} />, null],
    ["a shortened name", <MiddleEllipsis key="1" text="a/long/name" />, "a/long/name"],
    ["a status", <StatusText key="1" type="success">{`${3} of 4`}</StatusText>, "3 of 4"],
    ["a count", "12,345 images", "12345 images"],
    ["a dash", "–", null],
    ["nothing", null, null],
  ])("reads %s", (_, node, value) => {
    expect(shownValue(node)).toBe(value);
  });

  it.each([
    ["numbers in texts by their value", "1.9", "1.10"],
    ["sizes by their bytes", "900 kB", "1.2 MB"],
    ["counts by their value", "1,505 tags", "12,000 tags"],
    ["bounds of counts by their value", "12", "≤ 140"],
    ["bounds of costs by their value", "$5.23", "≤ $12.00"],
    ["bounds of sizes by their value", "900 kB", "at most 12 MB"],
    ["what has no value last", "z", "–"],
    ["what has no text last", <CopyableDigest key="1" digest="sha256:1" />, null],
  ])("sorts %s", (_, first, second) => {
    expect(compareShown(first, second)).toBeLessThan(0);
    expect(compareShown(second, first)).toBeGreaterThan(0);
    expect(compareShown(first, first)).toBe(0);
  });
});
