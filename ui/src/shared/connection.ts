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

/** What a connection signs as: a profile's name, or what there is instead of one. */
export function signerName(connection: AwsConnection): string {
  switch (connection.kind) {
    case "practice":
      return "Practice";
    case "machine":
      return "The machine's own role";
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
