import { describe, expect, it } from "vitest";
import { movedRule, rulePresets } from "./renameRules";

describe("rename rules", () => {
  const [one, two, three] = rulePresets.map((preset) => preset.rule);

  it("move by one place and stay whole at the ends", () => {
    if (one === undefined || two === undefined || three === undefined) {
      throw new Error("there are three presets");
    }
    expect(movedRule([one, two, three], 2, -1)).toEqual([one, three, two]);
    expect(movedRule([one, two, three], 0, 1)).toEqual([two, one, three]);
    expect(movedRule([one, two], 0, -1)).toEqual([one, two]);
    expect(movedRule([one, two], 1, 1)).toEqual([one, two]);
  });
});
