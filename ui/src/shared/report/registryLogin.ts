/** The command that logs docker in to the registry of a report. */
import type { AwsIdentity } from "../../ipc/generated";

/** The hosts of the ECR API that the AWS CLI finds by itself: of a region, also FIPS and dual-stack. */
const ofRegion = /^(api\.)?ecr(-fips)?\.[a-z0-9-]+\.(amazonaws|api|on)\./;
const loopback = /^(localhost|127\.|\[::1\])/;

/** Names the endpoint if the migration used its own, so that the command doesn’t talk to another ECR. */
export function registryLogin(identity: AwsIdentity, registry: string): string {
  const { api } = identity.endpoints;
  const endpoint =
    api === null || ofRegion.test(api)
      ? ""
      : ` --endpoint-url ${loopback.test(api) ? "http" : "https"}://${api}`;
  return `aws ecr get-login-password --region ${identity.region}${endpoint} | docker login --username AWS --password-stdin ${registry}`;
}
