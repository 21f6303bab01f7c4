/** Labels of connections and sources, and the key by which connections are compared. */
import type { AwsConnection, ImageSource } from "../ipc/generated";
import { regionName } from "./regions";

/** Connections with the same key use the same ECR and identity. */
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

/** The connection of an AWS profile without overrides. */
export function profileConnection(profile: string, region: string | null = null): AwsConnection {
  return { kind: "profile", profile, region, ecr_endpoint: null, registry_endpoint: null };
}

/** An empty source of a type, or `null` for an unknown type. */
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

/** The profile name of a connection, or its equivalent. */
export function signerName(connection: AwsConnection): string {
  switch (connection.kind) {
    case "practice":
      return "Practice";
    case "machine":
      return "Credentials of this machine";
    case "profile":
      return connection.profile;
  }
}

/** Label of a connection: `prod, eu-west-1`. */
export function connectionLabel(connection: AwsConnection): string {
  const name = signerName(connection);
  return connection.kind === "practice" || connection.region === null
    ? name
    : `${name}, ${connection.region}`;
}

export function connectionRegionLabel(connection: AwsConnection): string {
  if (connection.kind === "practice") {
    return "–";
  }
  if (connection.region === null) {
    return "Region of the AWS profile";
  }
  const name = regionName(connection.region);
  return name === connection.region ? connection.region : `${connection.region}, ${name}`;
}

/** Label of a source: `Docker Hub account dencold`. */
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
