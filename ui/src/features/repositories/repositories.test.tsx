import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Backend, BackendProvider } from "../../ipc";
import {
  deletionPlanOf,
  deletionReportOf,
  plannedImage,
  plannedRepository,
} from "../../ipc/fake/deletion";
import { noEffects, noLifecycle, singleRow, singleRows } from "../../ipc/fake/repositoryRows";
import type {
  ApiError,
  AwsConnection,
  Repository,
  RepositoryDetails,
  RepositoryImage,
  RepositoryRows,
} from "../../ipc/generated";
import { type Notify, NotifyProvider } from "../../shared/notify";
import { defaultRepositorySettings } from "../../shared/repositorySettings";
import { accessibilityViolations } from "../../testing/accessibility";
import { RepositoriesPage } from ".";

// Dialogs and axe are slow in jsdom on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const connection: AwsConnection = { kind: "practice" };
const registry = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";

function repository(name: string): Repository {
  return {
    name,
    uri: `${registry}/${name}`,
    arn: `arn:aws:ecr:eu-west-1:111122223333:repository/${name}`,
    created_at_ms: Date.UTC(2026, 0, 2),
    settings: defaultRepositorySettings,
  };
}

function image(part: Partial<RepositoryImage>): RepositoryImage {
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

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const index = image({ digest: digest("b"), kind: "index", tags: ["4.0", "latest"] });
const amd64 = image({ digest: digest("d"), tags: [] });
const attestation = image({ digest: digest("e"), tags: [], size_bytes: 2 });

/** An index, with two manifests that only its own manifest lists, and an untagged image. */
const details: RepositoryDetails = {
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
function imagesBefore(images: RepositoryImage[]) {
  const rows = singleRows(images);
  rows.rows = images.map((one) => singleRow(one, { is_unread: one.kind === "index" }));
  rows.unread_indexes = images.filter(({ kind }) => kind === "index").map((one) => one.digest);
  return { images, rows };
}

/** The rows of images after the index was read. */
function rowsAfter(images: RepositoryImage[]): RepositoryRows {
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

const refused: ApiError = {
  code: "access_denied",
  message: "The role may not do ecr:DescribeRepositories.",
  hints: [],
  causes: ["AccessDeniedException"],
  retryable: false,
  subject: "ecr:DescribeRepositories",
};

function backendWith(part: Partial<Backend>): Backend {
  return {
    repositoriesList: async () => [repository("pgcli"), repository("redis")],
    repositorySummaries: async (_connection: AwsConnection, names: string[]) =>
      names.map((name) => ({
        name,
        images: 3,
        parts: 0,
        untagged: 0,
        archived: 0,
        size: { bytes: 45_600_000, is_exact: true },
        pushed_at_ms: null,
        pulled_at_ms: null,
      })),
    repositoryDetails: async () => details,
    repositoryManifestsRead: async () => [],
    repositoryRows: async () => rowsAfter(details.images),
    repositoryUse: async () => ({ read_at_ms: null, images: [], error: null }),
    lifecycleWhatIf: async () => noEffects,
    ...part,
  } as Partial<Backend> as Backend;
}

function show(
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

const table = (container: HTMLElement, id: string) => {
  const found = createWrapper(container).findTable(`[data-testid="${id}"]`);
  if (found === null) {
    throw new Error(`no table ${id}`);
  }
  return found;
};
const names = (container: HTMLElement) =>
  table(container, "repositories-table")
    .findRows()
    .map((row) => row.find("[data-testid^=repository-open-]")?.getElement().textContent);

/** Fewer columns, and rows where they do not matter: a drawn row is what these tests spend time on. */
const look = (part: object) =>
  localStorage.setItem(
    "repositories.table",
    JSON.stringify({ visibleContent: ["name", "images", "size"], ...part }),
  );
const copied = vi.fn(async () => {});
beforeEach(() => {
  look({ pageSize: 10 });
  const clipboard = { writeText: copied };
  Object.defineProperty(navigator, "clipboard", { configurable: true, value: clipboard });
});

describe("the list of repositories", () => {
  it("explains itself and shows the picker while no connection is chosen", async () => {
    const list = vi.fn();
    const { container } = show(backendWith({ repositoriesList: list }), null);
    expect(screen.getByText("the picker")).toBeTruthy();
    expect(screen.getByTestId("repositories-no-connection").textContent).toContain(
      "No AWS profile selected",
    );
    expect(list).not.toHaveBeenCalled();
    expect(await accessibilityViolations(container)).toEqual([]);
  });

  it("shows one page of 10,000, and asks for the counts of those rows alone, once", async () => {
    look({});
    const many = Array.from({ length: 10_000 }, (_, index) =>
      repository(`app-${String(index).padStart(5, "0")}`),
    );
    const summaries = vi.fn(backendWith({}).repositorySummaries);
    const { container } = show(
      backendWith({ repositoriesList: async () => many, repositorySummaries: summaries }),
    );
    await screen.findByText("app-00000");
    const firstPage = many.slice(0, 50).map(({ name }) => name);
    expect(names(container)).toEqual(firstPage);
    expect(container.textContent).toContain("(10,000)");
    await screen.findAllByText("45.6 MB");
    expect(summaries.mock.calls.map(([, asked]) => asked)).toEqual([firstPage]);

    // The first row that this finds, app-00049, is known already.
    const search = createWrapper(container).findTextFilter('[data-testid="repositories-search"]');
    act(() => search?.findInput().setInputValue("049"));
    await waitFor(() => expect(summaries).toHaveBeenCalledTimes(2));
    const [known, ...unknown] = names(container);
    expect(known).toBe("app-00049");
    expect(summaries.mock.calls[1]?.[1]).toEqual(unknown);
  });

  it("keeps its page and search over a refresh and a look at the details", async () => {
    const many = Array.from({ length: 30 }, (_, index) => repository(`app-${100 + index}`));
    const list = vi.fn(async () => many);
    const { container } = show(backendWith({ repositoriesList: list }));
    await screen.findByText("app-100");
    const wrapper = createWrapper(container);
    act(() => wrapper.findPagination()?.findPageNumberByIndex(2)?.click());
    expect(names(container)[0]).toBe("app-110");
    fireEvent.click(screen.getByTestId("repositories-refresh"));
    await waitFor(() => expect(list).toHaveBeenCalledTimes(2));
    expect(names(container)[0]).toBe("app-110");

    fireEvent.click(screen.getByTestId("repository-open-app-110"));
    await screen.findByTestId("repository-line");
    fireEvent.click(screen.getByTestId("repository-close"));
    await waitFor(() => expect(screen.queryByTestId("repository-line")).toBeNull());
    expect(names(container)[0]).toBe("app-110");
  });

  it("keeps what it has when a refresh fails, says why, and tries again", async () => {
    let failing = false;
    const { container } = show(
      backendWith({
        repositoriesList: async () => {
          if (failing) {
            throw refused;
          }
          return [repository("pgcli")];
        },
      }),
    );
    await screen.findByText("pgcli");
    failing = true;
    fireEvent.click(screen.getByTestId("repositories-refresh"));
    expect((await screen.findByTestId("error-alert")).textContent).toContain(
      "The role may not do ecr:DescribeRepositories.",
    );
    expect(names(container)).toEqual(["pgcli"]);
    fireEvent.click(screen.getByTestId("error-action-choose_profile"));
    await waitFor(() => expect(document.activeElement?.textContent).toBe("the picker"));
    failing = false;
    fireEvent.click(screen.getByTestId("error-action-retry"));
    await waitFor(() => expect(screen.queryByTestId("error-alert")).toBeNull());
  });
});

describe("creation and deletion in the list", () => {
  const press = (id: string) => fireEvent.click(screen.getByTestId(id));
  const type = (id: string, value: string) =>
    fireEvent.change(screen.getByTestId(id).querySelector("input") as HTMLInputElement, {
      target: { value },
    });

  it("creates a repository under a valid name", async () => {
    const all = [repository("pgcli")];
    const create = vi.fn(async (_connection, name: string) => {
      all.push(repository(name));
      return repository(name);
    });
    show(
      backendWith({
        repositoriesList: async () => [...all],
        savedProfilesList: async () => [],
        repositoryCreate: create as never,
      }),
    );
    await screen.findByText("pgcli");
    press("repositories-create");
    const confirm = await screen.findByTestId("repository-create-confirm");
    type("repository-create-name", "Team/App");
    expect(screen.getByTestId("repository-create-modal").textContent).toContain(
      "Use lowercase letters only.",
    );
    expect(confirm.getAttribute("disabled")).not.toBeNull();
    type("repository-create-name", "team/app");
    await waitFor(() => expect(confirm.getAttribute("disabled")).toBeNull());
    fireEvent.click(confirm);
    await screen.findByText("team/app");
    expect(create).toHaveBeenCalledWith(connection, "team/app", defaultRepositorySettings);
  });

  it("names every image before it deletes repositories, and keeps what ECR refuses", async () => {
    const run = vi.fn();
    const plan = deletionPlanOf("deletion-1", [
      plannedRepository(
        "pgcli",
        details.images.map((one) => plannedImage(one)),
        { deletes_repository: true },
      ),
      plannedRepository("redis", [], { deletes_repository: true }),
    ]);
    const planned = vi.fn(async () => plan);
    const { container } = show(
      backendWith({
        deletionPlan: planned,
        deletionRun: async (deletion) => {
          run(deletion);
          return deletionReportOf(plan, ({ name }) =>
            name === "redis" ? { repository_deleted: false, error: refused } : {},
          );
        },
      }),
    );
    await screen.findByText("redis");
    for (const row of [1, 2]) {
      act(() => table(container, "repositories-table").findRowSelectionArea(row)?.click());
    }
    press("repositories-delete");
    const summary = await screen.findByTestId("deletion-summary");
    expect(planned).toHaveBeenCalledWith(connection, {
      kind: "repositories",
      names: ["pgcli", "redis"],
    });
    expect(summary.textContent).toContain(
      "2 repositories and 2 images with 2 tags in ECR and frees 24.6 MB",
    );
    const named = screen.getByTestId("deletion-images").textContent;
    for (const text of ["pgcli", "4.0, latest", `sha256:${"b".repeat(64)}`, "Untagged"]) {
      expect(named).toContain(text);
    }
    const confirm = screen.getByTestId("deletion-confirm");
    expect(confirm.textContent).toContain("Delete 2 repositories");
    expect(confirm.getAttribute("aria-disabled")).toBe("true");
    expect(run).not.toHaveBeenCalled();
    type("deletion-confirmation", "2");
    await waitFor(() => expect(confirm.getAttribute("aria-disabled")).not.toBe("true"));
    fireEvent.click(confirm);
    const result = await screen.findByTestId("deletion-result");
    expect(run).toHaveBeenCalledWith("deletion-1");
    expect(result.textContent).toContain("1 of 2 repositories and 2 of 2 images deleted");
    expect(screen.getByTestId("deletion-modal").textContent).toContain("The role may not do");
    press("deletion-close");
    await waitFor(() => expect(screen.queryByTestId("deletion-modal")).toBeNull());
  });
});

describe("the details of a repository", () => {
  async function open(backend = backendWith({}), notify?: Notify) {
    const view = show(backend, connection, notify);
    fireEvent.click(await screen.findByTestId("repository-open-pgcli"));
    await screen.findByTestId("images-table");
    return view;
  }
  const showUntagged = () =>
    act(() =>
      createWrapper().findToggle('[data-testid="images-untagged"]')?.findNativeInput().click(),
    );
  const openTab = (id: string) =>
    act(() =>
      createWrapper().findTabs('[data-testid="repository-tabs"]')?.findTabLinkById(id)?.click(),
    );
  const rowTexts = (container: HTMLElement) =>
    table(container, "images-table")
      .findRows()
      .map((row) => row.getElement().textContent ?? "");

  it("shows the images first, and the policies and settings in tabs, without accessibility faults", async () => {
    const { container } = await open();
    expect(screen.getByTestId("repository-line").textContent).toContain(`${registry}/pgcli`);
    expect(rowTexts(container)).toHaveLength(1);
    showUntagged();
    const [index, untagged] = rowTexts(container);
    expect(index).toContain("4.0, latest");
    expect(index).toContain("Image index");
    expect(index).toContain("sha256:bbbbbbbbbbbb");
    expect(untagged).toContain("Untagged");
    for (const [name, uri] of [
      ["4.0", `${registry}/pgcli:4.0`],
      ["sha256:cccccccccccc", `${registry}/pgcli@sha256:${"c".repeat(64)}`],
    ]) {
      const copy = document.querySelector<HTMLElement>(`[aria-label="Copy the URI of ${name}"]`);
      act(() => copy?.click());
      expect(copied).toHaveBeenLastCalledWith(uri);
    }
    expect(await accessibilityViolations(container)).toEqual([]);
    openTab("settings");
    const facts = screen.getByTestId("repository-settings").textContent;
    for (const text of ["Immutable with exclusions", "team = data", `${registry}/pgcli`]) {
      expect(facts).toContain(text);
    }
    openTab("lifecycle");
    const policy = screen.getByTestId("lifecycle-json").querySelector("textarea");
    expect(policy?.value).toContain('"rulePriority": 1');
    expect(screen.getByTestId("repository-lifecycle").textContent).toContain("Never ran");
    openTab("access");
    expect(screen.getByTestId("repository-access").textContent).toContain("No repository policy");
  });

  const whole = imagesBefore([...details.images, amd64, attestation]);

  it("shows one row for an index, with its platforms, after one read", async () => {
    const read = vi.fn(async () => []);
    const { container } = await open(
      backendWith({
        repositoryDetails: async () => ({ ...details, ...whole }),
        repositoryRows: async () => rowsAfter(whole.images),
        repositoryManifestsRead: read,
      }),
    );
    await waitFor(() => expect(rowTexts(container)[0]).toContain("1 platform, 1 provenance"));
    expect(read).toHaveBeenCalledExactlyOnceWith(connection, "pgcli", [index.digest]);
    expect(rowTexts(container)[0]).toContain("≤ 12 MB");
    showUntagged();
    expect(rowTexts(container)).toHaveLength(2);
    act(() => table(container, "images-table").findExpandToggle(1)?.click());
    expect(rowTexts(container)[1]).toContain("linux/amd64");
    act(() => table(container, "images-table").findExpandToggle(2)?.click());
    expect(rowTexts(container)[2]).toContain("Provenance");
  });

  it("asks before it reads if the lifecycle policy uses pull times, and says what failed", async () => {
    const read = vi.fn(backendWith({}).repositoryManifestsRead);
    read.mockRejectedValueOnce(refused);
    read.mockResolvedValueOnce([{ digest: index.digest, reason: { kind: "archived" } }]);
    const lifecycle = { ...details.lifecycle, uses_pull_times: true };
    await open(
      backendWith({
        repositoryDetails: async () => ({ ...details, lifecycle }),
        repositoryManifestsRead: read,
      }),
    );
    expect(screen.getByTestId("manifests-offer").textContent).toContain("uses pull times");
    expect(read).not.toHaveBeenCalled();
    fireEvent.click(screen.getByTestId("manifests-read"));
    await screen.findByTestId("error-alert");
    fireEvent.click(screen.getByTestId("error-action-retry"));
    expect((await screen.findByTestId("manifests-unread")).textContent).toContain("archived");
    expect(read).toHaveBeenCalledTimes(2);
  });

  it("marks archived images, and pulls that were reads by Transload", async () => {
    const images = [
      image({ status: "archived", archived_at_ms: Date.UTC(2026, 0, 4) }),
      image({ digest: digest("c"), tags: ["2"], own_read_at_ms: Date.UTC(2026, 0, 5) }),
    ];
    const { container } = await open(
      backendWith({ repositoryDetails: async () => ({ ...details, ...imagesBefore(images) }) }),
    );
    const [archived, read] = rowTexts(container);
    expect(archived).toContain("Archived");
    expect(read).toContain("Never");
    expect(screen.getByLabelText("Last pull of 2")).toBeTruthy();
  });

  it("keeps the rest of the page if the lifecycle policy can't be read", async () => {
    const lifecycle = { ...noLifecycle, error: refused };
    await open(backendWith({ repositoryDetails: async () => ({ ...details, lifecycle }) }));
    openTab("lifecycle");
    expect(screen.getByTestId("error-alert").textContent).toContain("The role may not do");
  });

  it("deletes a tag, an index with its platforms, and the empty repository, each after a dry run", async () => {
    const targets: unknown[] = [];
    const wholeIndex = plannedRepository("pgcli", [
      plannedImage({ ...attestation, kind: "provenance" }, { goes_with: index.digest }),
      plannedImage(index),
      plannedImage(amd64, { goes_with: index.digest }),
    ]);
    const plans = {
      tag: deletionPlanOf("tag", [
        plannedRepository("pgcli", [], { tag: { tag: "4.0", digest: index.digest } }),
      ]),
      images: deletionPlanOf("images", [wholeIndex]),
      repositories: deletionPlanOf("repositories", [
        plannedRepository("pgcli", [], { deletes_repository: true }),
      ]),
    };
    const deletionRun = vi.fn(async (deletion: string) =>
      deletionReportOf(plans[deletion as keyof typeof plans]),
    );
    const reload = vi.fn(async () => details);
    const { container } = await open(
      backendWith({
        repositoryDetails: reload,
        deletionPlan: async (_connection, target) => {
          targets.push(target);
          return plans[target.kind];
        },
        deletionRun: deletionRun as never,
      }),
    );
    await screen.findByText("1 platform, 1 provenance");
    const select = (row: number) =>
      act(() => table(container, "images-table").findRowSelectionArea(row)?.click());
    const click = async (id: string) => {
      const button = await screen.findByTestId(id);
      await waitFor(() => expect(button.getAttribute("aria-disabled")).not.toBe("true"));
      act(() => button.click());
    };
    const closed = () => waitFor(() => expect(screen.queryByTestId("deletion-modal")).toBeNull());
    select(1);
    await click("images-delete");
    await screen.findByText("Delete 3 images with 2 tags");
    act(() => createWrapper().findRadioGroup()?.findInputByValue("1")?.click());
    await screen.findByText("Delete the tag 4.0");
    await waitFor(() => expect(screen.queryByTestId("deletion-confirmation")).toBeNull());
    const before = reload.mock.calls.length;
    await click("deletion-confirm");
    await closed();
    expect(targets).toEqual([
      { kind: "images", repository: "pgcli", digests: [index.digest], class: null },
      { kind: "tag", repository: "pgcli", tag: "4.0", digest: index.digest },
    ]);
    await waitFor(() => expect(reload.mock.calls.length).toBeGreaterThan(before));

    // What belongs to the index is in the dry run, and the repository's name confirms it.
    await click("images-delete");
    const summary = await screen.findByTestId("deletion-summary");
    expect(summary.textContent).toContain(
      "2 images that only the selected images use are included",
    );
    const name = screen.getByTestId("deletion-confirmation").querySelector("input");
    fireEvent.change(name as HTMLInputElement, { target: { value: "pgcli" } });
    await click("deletion-confirm");
    await closed();
    expect(deletionRun.mock.lastCall?.[0]).toBe("images");

    await click("repository-delete");
    expect((await screen.findByTestId("deletion-summary")).textContent).toContain(
      "contains no images",
    );
    expect(screen.queryByTestId("deletion-confirmation")).toBeNull();
    await click("deletion-confirm");
    await screen.findByTestId("repositories-table");
    expect(deletionRun.mock.lastCall?.[0]).toBe("repositories");
    await waitFor(() => expect(screen.queryByTestId("repository-close")).toBeNull());
  });

  it("shows push commands, and pull commands of the image that is selected", async () => {
    const { container } = await open();
    const modal = () => createWrapper(document.body).findModal('[data-testid="commands-modal"]');
    fireEvent.click(screen.getByTestId("repository-push-commands"));
    expect(modal()?.findContent().getElement().textContent).toContain(
      `docker push ${registry}/pgcli:TAG`,
    );
    expect(document.querySelector('[aria-label="Copy command 2"]')).toBeTruthy();
    expect(await accessibilityViolations(screen.getByTestId("commands-modal"))).toEqual([]);
    fireEvent.click(screen.getByTestId("commands-close"));
    expect(modal()).toBeNull();

    const actions = createWrapper(document.body).findButtonDropdown(
      '[data-testid="images-actions"]',
    );
    act(() => actions?.openDropdown());
    expect(actions?.findItemById("pull", { disabled: true })).toBeTruthy();
    act(() => actions?.openDropdown());
    act(() => table(container, "images-table").findRowSelectionArea(1)?.click());
    act(() => actions?.openDropdown());
    act(() => actions?.findItemById("pull", { disabled: false })?.click());
    expect(modal()?.findHeader().getElement().textContent).toBe("Pull commands for pgcli:4.0");
    expect(modal()?.findContent().getElement().textContent).toContain("docker pull");
  });
});
