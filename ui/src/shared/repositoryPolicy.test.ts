import { describe, expect, it } from "vitest";
import {
  accountIds,
  accountsPolicy,
  accountsProblem,
  organizationPolicy,
  organizationProblem,
  policyProblem,
  principalProblem,
} from "./repositoryPolicy";

describe("a repository policy", () => {
  it("that is made ready is one that ECR takes", () => {
    for (const policy of [accountsPolicy(["111122223333"]), organizationPolicy("o-a1b2c3d4e5")]) {
      expect(policyProblem(policy)).toBeUndefined();
      expect(principalProblem(policy)).toBeUndefined();
    }
    expect(principalProblem(accountsPolicy([]))).toBe(
      "Enter the accounts or the organization of the policy.",
    );
    expect(principalProblem(organizationPolicy(""))).toBe(
      "Enter the accounts or the organization of the policy.",
    );
  });

  it("says what ECR would refuse, in the order of the rules", () => {
    expect(policyProblem("")).toMatch(/Invalid JSON/);
    expect(policyProblem("[]")).toMatch(/Statement/);
    expect(policyProblem('{"Statement":[]}')).toMatch(/at least one statement/);
    expect(policyProblem('{"Statement":[{"Action":"*"}]}')).toMatch(/Effect/);
    const deny = '{"Statement":{"Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}}';
    expect(policyProblem(deny)).toBeUndefined();
    expect(policyProblem(deny.replace("{", '{"Version":"2013-10-17",'))).toMatch(/2012-10-17/);
    expect(policyProblem(deny.replace("Principal", "Principals"))).toMatch(/NotPrincipal/);
    expect(policyProblem(deny.replace('"Action"', '"NotAction":"*","Action"'))).toMatch(
      /NotAction/,
    );
    expect(policyProblem(`{"Statement":"${"a".repeat(10_240)}"}`)).toMatch(
      "Enter up to 10,240 characters. This policy has 10,256",
    );
  });

  it("names accounts and organizations as AWS does", () => {
    expect(accountIds("111122223333, 444455556666")).toEqual(["111122223333", "444455556666"]);
    expect(accountsProblem("111122223333")).toBeUndefined();
    expect(accountsProblem("1111")).toMatch("“1111” isn’t a valid account ID");
    expect(accountsProblem(" ")).toMatch(/at least one/);
    expect(organizationProblem("o-a1b2c3d4e5")).toBeUndefined();
    expect(organizationProblem("a1b2")).toMatch(/Enter an organization ID/);
  });
});
