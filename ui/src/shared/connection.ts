import type { AwsConnection, ImageSource } from "../ipc/generated";
import { regionName } from "./regions";

/** Two connections with one key ask the same ECR as the same caller. */
export function connectionKey(connection: AwsConnection): string {
  return connection.kind === "profile"
    ? JSON.stringify([
        connection.profile,
        connection.region,
        connection.ecr_endpoint,
        connection.registry_endpoint,
      ])
    : JSON.stringify(connection);
}

/** The connection of a profile as the AWS configuration has it. */
export function profileConnection(profile: string, region: string | null = null): AwsConnection {
  return { kind: "profile", profile, region, ecr_endpoint: null, registry_endpoint: null };
}

/** A source of a kind before anything about it is typed; nothing for a kind that is none. */
export function emptySource(kind: string | undefined): ImageSource | null {
  switch (kind) {
    case "docker_engine":
    case "practice_account":
      return { kind };
    case "docker_hub":
      return { kind, namespace: "" };
    case "ecr":
      return { kind, connection: profileConnection("") };
    case "registry":
      return { kind, host: "", plain_http: false };
    default:
      return null;
  }
}

/** What a connection signs as: a profile's name, or what there is instead of one. */
export function signerName(connection: AwsConnection): string {
  switch (connection.kind) {
    case "practice":
      return "Practice";
    case "machine":
      return "The machine's own credentials";
    case "profile":
      return connection.profile;
  }
}

/** A connection in a few words: `prod, eu-west-1`. */
export function connectionLabel(connection: AwsConnection): string {
  const name = signerName(connection);
  return connection.kind === "practice" || connection.region === null
    ? name
    : `${name}, ${connection.region}`;
}

/** The region of a connection in words, or where it comes from. */
export function connectionRegionLabel(connection: AwsConnection): string {
  if (connection.kind === "practice") {
    return "–";
  }
  if (connection.region === null) {
    return "As in the AWS profile";
  }
  const name = regionName(connection.region);
  return name === connection.region ? connection.region : `${connection.region}, ${name}`;
}

/** A source in a few words: `Docker Hub account dencold`. */
export function sourceLabel(source: ImageSource): string {
  switch (source.kind) {
    case "docker_engine":
      return "Docker Engine on this computer";
    case "docker_hub":
      return `Docker Hub account ${source.namespace}`;
    case "ecr":
      return `Amazon ECR, ${connectionLabel(source.connection)}`;
    case "registry":
      return `Registry ${source.host}`;
    case "practice_account":
      return source.namespace === undefined
        ? "Practice account"
        : `Practice account ${source.namespace}`;
  }
}
