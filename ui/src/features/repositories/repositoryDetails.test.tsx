import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  deletionPlanOf,
  deletionReportOf,
  plannedImage,
  plannedRepository,
} from "../../ipc/fake/deletion";
import { noEffects, noLifecycle } from "../../ipc/fake/repositoryRows";
import type { Notify } from "../../shared/notify";
import { accessibilityViolations } from "../../testing/accessibility";
import { rendersOf } from "../../testing/renderCount";
import {
  amd64,
  attestation,
  backendWith,
  connection,
  details,
  digest,
  image,
  imagesBefore,
  index,
  look,
  refused,
  rowsAfter,
  show,
  table,
} from "../../testing/repositoriesPage";
import { registry } from "../../testing/repository";

const copied = vi.fn(async () => {});
beforeEach(() => {
  look({ pageSize: 10 });
  const clipboard = { writeText: copied };
  Object.defineProperty(navigator, "clipboard", { configurable: true, value: clipboard });
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
    expect(index).toContain("1 platform, 1 provenance");
    expect(index).toContain("sha256:bbbbbbbbbbbb");
    expect(untagged).toContain("UntaggedImage");
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
    await screen.findByText(/No repository policy/);
  });

  const whole = imagesBefore([...details.images, amd64, attestation]);

  it("shows one row for an index, with its platforms, after one read", async () => {
    let readAll = () => {};
    const read = vi.fn(
      () =>
        new Promise<[]>((resolve) => {
          readAll = () => resolve([]);
        }),
    );
    const { container } = await open(
      backendWith({
        repositoryDetails: async () => ({ ...details, ...whole }),
        repositoryRows: async () => rowsAfter(whole.images),
        repositoryManifestsRead: read,
      }),
    );
    const tab = () =>
      createWrapper()
        .findTabs('[data-testid="repository-tabs"]')
        ?.findTabLinkById("images")
        ?.getElement().textContent;
    expect(tab()).toBe("Images (≤ 4)");
    act(() => readAll());
    await waitFor(() => expect(rowTexts(container)[0]).toContain("1 platform, 1 provenance"));
    expect(tab()).toBe("Images (2)");
    expect(read).toHaveBeenCalledExactlyOnceWith(connection, "pgcli", [index.digest]);
    expect(rowTexts(container)[0]).toContain("≤ 12 MB");
    showUntagged();
    expect(rowTexts(container)).toHaveLength(2);
    act(() => table(container, "images-table").findExpandToggle(1)?.click());
    expect(rowTexts(container)[1]).toContain("linux/amd64");
    act(() => table(container, "images-table").findExpandToggle(2)?.click());
    expect(rowTexts(container)[2]).toContain("Provenance");
  });

  it("asks before it reads if the lifecycle policy couldn’t be read, because it may use pull times", async () => {
    const read = vi.fn(backendWith({}).repositoryManifestsRead);
    const lifecycle = { ...details.lifecycle, policy: null, uses_pull_times: true, error: refused };
    await open(
      backendWith({
        repositoryDetails: async () => ({ ...details, lifecycle }),
        repositoryManifestsRead: read,
      }),
    );
    expect(screen.getByTestId("manifests-offer").textContent).toContain(
      "which couldn’t be read, may use pull times",
    );
    expect(read).not.toHaveBeenCalled();
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
        repositoryCleanup: async () => ({ proposals: [], unknown: [] }),
      }),
    );
    expect(screen.getByTestId("manifests-offer").textContent).toContain("uses pull times");
    expect(read).not.toHaveBeenCalled();
    fireEvent.click(screen.getByTestId("manifests-read"));
    await screen.findByTestId("error-alert");
    // Without the indexes, some classes are unknown.
    openTab("cleanup");
    const alert = screen.getAllByTestId("error-alert").at(-1) as HTMLElement;
    fireEvent.click(within(alert).getByTestId("error-action-retry"));
    const unread = await screen.findAllByTestId("manifests-unread");
    expect(unread.map(({ textContent }) => textContent)).toEqual(
      ["images", "cleanup"].map(() => expect.stringContaining("archived")),
    );
    expect(read).toHaveBeenCalledTimes(2);
  });

  it("filters images by type", async () => {
    const images = [
      image({ tags: ["1"] }),
      image({ digest: digest("c"), tags: ["0.1.0"], kind: "helm_chart" }),
    ];
    const { container } = await open(
      backendWith({ repositoryDetails: async () => ({ ...details, ...imagesBefore(images) }) }),
    );
    fireEvent.click(screen.getByTestId("images-filters"));
    const filter = createWrapper().findPropertyFilter('[data-testid="images-filter"]');
    expect(document.activeElement).toBe(filter?.findNativeInput().getElement());
    act(() => filter?.setInputValue("Type = Helm chart"));
    act(() => filter?.findNativeInput().keydown(13));
    await waitFor(() => expect(rowTexts(container).length).toBe(1));
    expect(rowTexts(container)[0]).toContain("0.1.0");
    fireEvent.click(screen.getByTestId("images-filters"));
    await waitFor(() => expect(rowTexts(container).length).toBe(2));
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

  it("shows values of a later ECR as ECR wrote them, and offers nothing for such an image", async () => {
    const images = [
      image({ tags: ["1"], status: { unknown: "DEEP_ARCHIVED" }, pull_commands: [] }),
      image({ digest: digest("c"), tags: ["2"] }),
    ];
    const repository = {
      ...details.repository,
      settings: {
        ...details.repository.settings,
        tag_mutability: { unknown: "FROZEN" },
        encryption: { unknown: "KMS_TRIPLE" },
      },
    };
    const { container } = await open(
      backendWith({
        repositoryDetails: async () => ({ ...details, repository, ...imagesBefore(images) }),
      }),
    );
    const line = screen.getByTestId("repository-line").textContent;
    expect(line).toContain("FROZEN");
    expect(line).toContain("KMS_TRIPLE");
    expect(rowTexts(container)[0]).toContain("DEEP_ARCHIVED");
    expect(screen.queryByTestId("image-open-1")).toBeNull();
    expect(screen.getByTestId("image-open-2")).toBeTruthy();
    act(() => table(container, "images-table").findRowSelectionArea(1)?.click());
    const menu = createWrapper().findButtonDropdown('[data-testid="images-actions"]');
    act(() => menu?.openDropdown());
    for (const id of ["pull", "archive", "restore"]) {
      const item = menu?.findItemById(id)?.getElement();
      expect(item?.getAttribute("aria-disabled") ?? item?.innerHTML, id).toContain("true");
    }
  });

  it("renders no rows with a click on a tab", async () => {
    const rendersWith = async (count: number) => {
      const images = Array.from({ length: count }, (_, at) =>
        image({ digest: `sha256:${String(at).padStart(64, "0")}`, tags: [`v${at}`] }),
      );
      const { unmount } = await open(
        backendWith({ repositoryDetails: async () => ({ ...details, ...imagesBefore(images) }) }),
      );
      openTab("access");
      // What it reads is drawn before the click that counts.
      await waitFor(() =>
        expect(screen.getByTestId("repository-access").textContent).not.toContain("Loading"),
      );
      await act(async () => {});
      const renders = await rendersOf(() => openTab("settings"));
      expect(screen.getByTestId("repository-settings")).toBeTruthy();
      unmount();
      return renders;
    };
    const few = await rendersWith(3);
    expect(few).toBeGreaterThan(0);
    expect(await rendersWith(12)).toBe(few);
  });

  it("keeps what was entered in a tab while another one is shown", async () => {
    await open(
      backendWith({
        repositoryCleanup: async () => ({ proposals: [], unknown: [] }),
        lifecycleWhatIf: async () => noEffects,
      }),
    );
    openTab("lifecycle");
    const json = () => screen.getByTestId("lifecycle-json").querySelector("textarea");
    fireEvent.change(json() as HTMLTextAreaElement, { target: { value: "{}" } });
    openTab("cleanup");
    const tags = () => createWrapper().findInput('[data-testid="cleanup-protected"]');
    act(() => tags()?.setInputValue("keep-*"));
    openTab("images");
    openTab("lifecycle");
    expect(json()?.value).toBe("{}");
    openTab("cleanup");
    expect(tags()?.getInputValue()).toBe("keep-*");
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
        plannedRepository("pgcli", [], {
          tag: { tag: "4.0", digest: index.digest, kind: "index" },
        }),
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
    await waitFor(() => expect(screen.queryByTestId("deletion-confirmation")).toBeNull());
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
