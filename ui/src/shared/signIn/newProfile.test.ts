import { describe, expect, it } from "vitest";
import { profileNameProblem, suggestedName } from "./newProfile";

describe("the name of a new profile", () => {
  it("is suggested from the account and the role", () => {
    const account = { account_id: "123456789012", name: "Team  (Dev)", email: null };
    expect(suggestedName(account, "Pusher")).toBe("Team-Dev-Pusher");
    expect(suggestedName({ ...account, name: null }, "x y")).toBe("123456789012-x-y");
    expect(profileNameProblem(suggestedName(account, "Pusher"), [])).toBeNull();
  });

  it("is valid for the AWS tools and unused", () => {
    expect(profileNameProblem("", [])).not.toBeNull();
    expect(profileNameProblem("my team", [])).not.toBeNull();
    expect(profileNameProblem("Zoë", [])).not.toBeNull();
    expect(profileNameProblem("prod", ["prod"])).not.toBeNull();
    expect(profileNameProblem("a/b.c@d:e+f%g_h-i", ["prod"])).toBeNull();
  });
});
