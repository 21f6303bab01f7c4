/** The repositories page with a backend of its own, and the repositories, images and rows of its tests. */
import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { render } from "@testing-library/react";
import { RepositoriesPage } from "../features/repositories";
import { type Backend, BackendProvider } from "../ipc";
import { fakeAccessMethods } from "../ipc/fake/access";
import { noEffects, noLifecycle, singleRow, singleRows } from "../ipc/fake/repositoryRows";
import type {
  ApiError,
  AwsConnection,
  RepositoryDetails,
  RepositoryImage,
  RepositoryRows,
} from "../ipc/generated";
import { type Notify, NotifyProvider } from "../shared/notify";
import { defaultRepositorySettings } from "../shared/repositorySettings";
import { registry, repository } from "./repository";

export const connection: AwsConnection = { kind: "practice" };

export function image(part: Partial<RepositoryImage>): RepositoryImage {
  return {
    digest: `sha256:${"a".repeat(64)}`,
    tags: ["latest"],
    kind: "image",
    media_type: "application/vnd.oci.image.manifest.v1+json",
    size_bytes: 12_300_000,
    pushed_at_ms: Date.UTC(2026, 0, 3),
    pulled_at_ms: null,
    own_read_at_ms: null,
    status: "active",
    archived_at_ms: null,
    pull_commands: [`docker pull ${registry}/pgcli:latest`],
    ...part,
  };
}

export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
export const index = image({ digest: digest("b"), kind: "index", tags: ["4.0", "latest"] });
export const amd64 = image({ digest: digest("d"), tags: [] });
export const attestation = image({ digest: digest("e"), tags: [], size_bytes: 2 });

/** An index, with two manifests that only its own manifest lists, and an untagged image. */
export const details: RepositoryDetails = {
  repository: {
    ...repository("pgcli"),
    settings: {
      ...defaultRepositorySettings,
      tag_mutability: "immutable_with_exclusion",
      exclusion_filters: ["latest"],
      tags: { team: "data" },
    },
  },
  lifecycle: { ...noLifecycle, policy: '{"rules":[{"rulePriority":1}]}' },
  ...imagesBefore([index, image({ digest: digest("c"), tags: [] })]),
  push_commands: ["aws ecr get-login-password", `docker push ${registry}/pgcli:TAG`],
};

/** Images as listed, with the index not read. */
export function imagesBefore(images: RepositoryImage[]) {
  const rows = singleRows(images);
  rows.rows = images.map((one) => singleRow(one, { is_unread: one.kind === "index" }));
  rows.images = {
    count: images.length,
    is_exact: images.every(({ kind }) => kind !== "index"),
  };
  rows.unread_indexes = images.filter(({ kind }) => kind === "index").map((one) => one.digest);
  return { images, rows };
}

/** The rows of images after the index was read. */
export function rowsAfter(images: RepositoryImage[]): RepositoryRows {
  const parts = [
    {
      digest: amd64.digest,
      kind: "image" as const,
      platform: "linux/amd64",
      parts: [
        { digest: attestation.digest, kind: "provenance" as const, platform: null, parts: [] },
      ],
    },
  ];
  const shown = images.filter((one) => one !== amd64 && one !== attestation);
  const rows = singleRows(shown);
  rows.rows = shown.map((one) =>
    one.kind === "index"
      ? singleRow(one, {
          parts,
          platforms: ["linux/amd64"],
          provenances: 1,
          size: { bytes: 12_000_000, is_exact: false },
        })
      : singleRow(one),
  );
  return rows;
}

export const refused: ApiError = {
  code: "access_denied",
  message: "The role may not do ecr:DescribeRepositories.",
  hints: [],
  causes: ["AccessDeniedException"],
  retryable: false,
  subject: "ecr:DescribeRepositories",
};

export function backendWith(part: Partial<Backend>): Backend {
  return {
    repositoriesList: async () => [repository("pgcli"), repository("redis")],
    repositorySummaries: async (_connection: AwsConnection, names: string[]) =>
      names.map((name) => ({
        name,
        images: { count: 3, is_exact: true },
        parts: 0,
        untagged: 0,
        archived: 0,
        size: { bytes: 45_600_000, is_exact: true },
        kinds: { known: ["image" as const], possible: [] },
        pushed_at_ms: null,
        pulled_at_ms: null,
      })),
    ...fakeAccessMethods(),
    repositoryDetails: async () => details,
    repositoryManifestsRead: async () => [],
    repositoryRows: async () => rowsAfter(details.images),
    repositoryUse: async () => ({ read_at_ms: null, images: [], error: null }),
    lifecycleWhatIf: async () => noEffects,
    ...part,
  } as Partial<Backend> as Backend;
}

export function show(
  backend: Backend,
  shown: AwsConnection | null = connection,
  notify: Notify = () => () => {},
) {
  return render(
    <BackendProvider backend={backend}>
      <NotifyProvider value={notify}>
        <RepositoriesPage
          connection={shown}
          connectionPicker={<button type="button">the picker</button>}
        />
      </NotifyProvider>
    </BackendProvider>,
  );
}

export const table = (container: HTMLElement, id: string) => {
  const found = createWrapper(container).findTable(`[data-testid="${id}"]`);
  if (found === null) {
    throw new Error(`no table ${id}`);
  }
  return found;
};
export const names = (container: HTMLElement) =>
  table(container, "repositories-table")
    .findRows()
    .map((row) => row.find("[data-testid^=repository-open-]")?.getElement().textContent);

/** Fewer columns, and rows where they do not matter: a drawn row is what these tests spend time on. */
export const look = (part: object) =>
  localStorage.setItem(
    "repositories.table",
    JSON.stringify({ visibleContent: ["name", "images", "size"], ...part }),
  );
