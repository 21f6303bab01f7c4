import { describe, expect, it } from "vitest";
import {
  type EnteredRegistryAccess,
  registryAccessProblem,
  registryStatement,
} from "./registryPolicy";

const repositories = "arn:aws-cn:ecr:cn-north-1:111122223333:repository/*";
const role = "arn:aws-cn:iam::111122223333:role/ci/read-only";

describe("the statements of a registry policy", () => {
  it.each<[EnteredRegistryAccess, object]>([
    [
      { kind: "replication", who: " 444455556666 ", prefix: "" },
      {
        Sid: "ReplicationFrom444455556666",
        Principal: { AWS: "444455556666" },
        Action: ["ecr:CreateRepository", "ecr:ReplicateImage"],
        Resource: repositories,
      },
    ],
    [
      { kind: "replication", who: "444455556666", prefix: "prod/" },
      { Resource: "arn:aws-cn:ecr:cn-north-1:111122223333:repository/prod/*" },
    ],
    [
      { kind: "pull_through_cache", who: role, prefix: "ecr-public/" },
      {
        Sid: "PullThroughCacheByreadonly",
        Principal: { AWS: role },
        Action: ["ecr:CreateRepository", "ecr:BatchImportUpstreamImage"],
        Resource: "arn:aws-cn:ecr:cn-north-1:111122223333:repository/ecr-public/*",
      },
    ],
  ])("are made of %j", (entered, statement) => {
    expect(registryStatement(entered, repositories)).toMatchObject({
      Effect: "Allow",
      ...statement,
    });
  });

  it.each<[EnteredRegistryAccess, { who?: string; prefix?: string }]>([
    [{ kind: "replication", who: "444455556666", prefix: "prod/web-" }, {}],
    [{ kind: "replication", who: "111122223333", prefix: "" }, { who: "account of the registry" }],
    [{ kind: "replication", who: role, prefix: "" }, { who: "12 digits" }],
    [{ kind: "replication", who: "444455556666 777788889999", prefix: "" }, { who: "one account" }],
    [{ kind: "replication", who: "444455556666", prefix: "Prod*" }, { prefix: "beginning" }],
    [{ kind: "pull_through_cache", who: role, prefix: "hub/" }, {}],
    [{ kind: "pull_through_cache", who: "111122223333", prefix: "" }, {}],
    [{ kind: "pull_through_cache", who: "role/ci", prefix: "" }, { who: "ARN of a user or role" }],
    [{ kind: "pull_through_cache", who: "*", prefix: "" }, { who: "ARN of a user or role" }],
  ])("are checked: %j", (entered, problem) => {
    const found = registryAccessProblem(entered, repositories);
    for (const field of ["who", "prefix"] as const) {
      if (problem[field] === undefined) {
        expect(found[field]).toBeUndefined();
      } else {
        expect(found[field]).toContain(problem[field]);
      }
    }
  });
});
