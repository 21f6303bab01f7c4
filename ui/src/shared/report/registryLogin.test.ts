import { expect, it } from "vitest";
import { fakeIdentity } from "../../ipc/fake/fixtures";
import { registryLogin } from "./registryLogin";

const identity = fakeIdentity(false, "eu-west-1");

it.each([
  [null, ""],
  ["api.ecr.eu-west-1.amazonaws.com", ""],
  ["ecr.eu-west-1.api.aws", ""],
  ["ecr-fips.us-east-1.amazonaws.com", ""],
  ["api.ecr.cn-north-1.amazonaws.com.cn", ""],
  [
    "vpce-0a1-b2.api.ecr.eu-west-1.vpce.amazonaws.com",
    " --endpoint-url https://vpce-0a1-b2.api.ecr.eu-west-1.vpce.amazonaws.com",
  ],
  ["ecr.example.com:8443", " --endpoint-url https://ecr.example.com:8443"],
  ["127.0.0.1:4566", " --endpoint-url http://127.0.0.1:4566"],
  ["localhost:4566", " --endpoint-url http://localhost:4566"],
])("logs in through the endpoint %s of the migration", (api, option) => {
  const own = { ...identity, endpoints: { ...identity.endpoints, api } };
  expect(registryLogin(own, "registry.example.com")).toBe(
    `aws ecr get-login-password --region eu-west-1${option} | docker login --username AWS --password-stdin registry.example.com`,
  );
});
