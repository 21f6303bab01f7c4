import { describe, expect, it } from "vitest";
import { rulesOf, typedRules } from "./tagRules";

const nothing = typedRules(null);

describe("rules for tags", () => {
  it("are read from what was typed, and typed again from what was read", () => {
    const typed = {
      globs: "v2.*,  latest",
      without: "*-rc*",
      versions: ">=1.2, <3",
      regex: "^a, b$",
      newest: "5",
      pushedWithin: " 90 ",
      pulledWithin: "",
    };
    const { rules, problems } = rulesOf(typed);
    expect(problems).toEqual({});
    expect(rules?.include).toEqual([
      { kind: "glob", text: "v2.*" },
      { kind: "glob", text: "latest" },
      { kind: "regex", text: "^a, b$" },
      { kind: "versions", text: ">=1.2, <3" },
    ]);
    expect(rules).toMatchObject({ newest: 5, pushed_within_days: 90, pulled_within_days: null });
    expect(rulesOf(typedRules(rules)).rules).toEqual(rules);
  });

  it("take everything where nothing is typed", () => {
    expect(rulesOf(nothing).rules).toMatchObject({ include: [], exclude: [], newest: null });
  });

  it("say which number cannot be read", () => {
    for (const text of ["0", "-1", "1.5", "many", "1e3"]) {
      const { rules, problems } = rulesOf({ ...nothing, newest: text });
      expect(rules, text).toBeNull();
      expect(problems.newest, text).toBeTruthy();
    }
  });
});
