/** A repository and its details, for the tests of what shows them. */
import { noLifecycle, singleRows } from "../ipc/fake/repositoryRows";
import type { Repository, RepositoryDetails, RepositoryImage } from "../ipc/generated";
import { defaultRepositorySettings } from "../shared/repositorySettings";

export const registry = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";

export function repository(name: string): Repository {
  return {
    name,
    uri: `${registry}/${name}`,
    arn: `arn:aws:ecr:eu-west-1:111122223333:repository/${name}`,
    created_at_ms: Date.UTC(2026, 0, 2),
    settings: defaultRepositorySettings,
  };
}

/** `shop/api` with these images, and no lifecycle policy. */
export function shopDetails(images: RepositoryImage[] = []): RepositoryDetails {
  return {
    repository: repository("shop/api"),
    lifecycle: noLifecycle,
    images,
    rows: singleRows(images),
    push_commands: [],
  };
}
