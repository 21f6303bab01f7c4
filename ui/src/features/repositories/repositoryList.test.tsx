import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  deletionPlanOf,
  deletionReportOf,
  plannedImage,
  plannedRepository,
} from "../../ipc/fake/deletion";
import type { AwsConnection } from "../../ipc/generated";
import { defaultRepositorySettings } from "../../shared/repositorySettings";
import { accessibilityViolations } from "../../testing/accessibility";
import {
  backendWith,
  connection,
  details,
  look,
  names,
  refused,
  show,
  table,
} from "../../testing/repositoriesPage";
import { repository } from "../../testing/repository";

beforeEach(() => look({ pageSize: 10 }));

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
    // The rows below those in view follow.
    await waitFor(() => expect(names(container)).toEqual(firstPage));
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

  it("says at most how many images there are, and how many once the repository was open", async () => {
    const counts = [
      { count: 140, is_exact: false },
      { count: 20, is_exact: true },
    ];
    const summaries = vi.fn(async (_connection: AwsConnection, asked: string[]) => {
      const all = await backendWith({}).repositorySummaries(connection, asked);
      const images = counts[Math.min(summaries.mock.calls.length - 1, 1)];
      return all.map((one) => (images === undefined ? one : { ...one, images }));
    });
    const { container } = show(backendWith({ repositorySummaries: summaries }));
    const firstRow = () => table(container, "repositories-table").findRows()[0];
    await waitFor(() => expect(firstRow()?.getElement().textContent).toContain("≤ 140"));
    fireEvent.click(screen.getByTestId("repository-open-pgcli"));
    await screen.findByTestId("repository-line");
    fireEvent.click(screen.getByTestId("repository-close"));
    await waitFor(() => expect(summaries).toHaveBeenLastCalledWith(connection, ["pgcli"]));
    await waitFor(() => expect(firstRow()?.getElement().textContent).not.toContain("≤"));
    expect(firstRow()?.getElement().textContent).toContain("20");
  });

  it("finds the repositories that contain a kind of image", async () => {
    const summaries = async (_connection: AwsConnection, asked: string[]) => {
      const [pgcli, ...others] = await backendWith({}).repositorySummaries(connection, asked);
      const kinds = { known: ["helm_chart" as const], possible: ["sbom" as const] };
      return pgcli === undefined ? [] : [{ ...pgcli, kinds }, ...others];
    };
    const { container } = show(backendWith({ repositorySummaries: summaries }));
    await screen.findAllByText("45.6 MB");
    fireEvent.click(screen.getByTestId("repositories-filters"));
    const filter = createWrapper().findPropertyFilter('[data-testid="repositories-filter"]');
    expect(document.activeElement).toBe(filter?.findNativeInput().getElement());
    const add = (text: string) => {
      act(() => filter?.findNativeInput().focus());
      act(() => filter?.setInputValue(text));
      act(() => filter?.findNativeInput().keydown({ key: "Enter", keyCode: 13 } as never));
    };
    add("Contains = Helm chart");
    await waitFor(() => expect(names(container)).toEqual(["pgcli"]));
    expect(screen.queryByTestId("repositories-filter-unknown")).toBeNull();
    // Its attestations weren't read.
    add("Contains = SBOM");
    await waitFor(() => expect(names(container)).toEqual([]));
    expect(screen.getByTestId("repositories-filter-unknown").textContent).toContain(
      "Also show 1 repository that may match",
    );
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
