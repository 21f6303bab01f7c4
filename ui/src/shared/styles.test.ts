import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** A class or an attribute of the body, and what is below it. */
const belowBody = /\b(?:body|html)[.[:][^{}]*[\s>]/;

it("have no rule for a page below a dialog, which would lay out every row when one opens", () => {
  // With 100 rows, it took 100 ms of each dialog that opens or closes.
  const files = readdirSync("src", { recursive: true, encoding: "utf8" });
  const styles = files.filter((file) => file.endsWith(".css"));
  expect(styles.length).toBeGreaterThan(5);
  const rules = styles.filter((file) => belowBody.test(readFileSync(`src/${file}`, "utf8")));
  expect(rules).toEqual([]);
});
