import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Backend } from "../../ipc";
import { backendWith, look, names, refused, show } from "../../testing/repositoriesPage";
import { repository } from "../../testing/repository";

const many = Array.from({ length: 60 }, (_, index) =>
  repository(`app-${String(index).padStart(2, "0")}`),
);

function open() {
  const repositoriesPolicies = vi.fn<Backend["repositoriesPolicies"]>(async (_connection, asked) =>
    asked.map((name) => ({
      name,
      state:
        name === "app-03"
          ? { kind: "set", rules: 2, last_evaluated_at_ms: 1, affected: 7 }
          : { kind: "none" },
    })),
  );
  const repositoriesAwsTags = vi.fn<Backend["repositoriesAwsTags"]>(async (_connection, asked) =>
    asked.map((name) =>
      name === "app-01"
        ? { name, tags: null, error: refused }
        : { name, tags: { team: name }, error: null },
    ),
  );
  const { container } = show(
    backendWith({
      repositoriesList: async () => many,
      repositoriesPolicies,
      repositoriesAwsTags,
    }),
  );
  return { container, repositoriesPolicies, repositoriesAwsTags };
}

it("asks for columns that cost calls only once they are shown, and only for the rows in sight", async () => {
  look({ pageSize: 10 });
  const hidden = open();
  await screen.findAllByText("45.6 MB");
  expect(hidden.repositoriesPolicies).not.toHaveBeenCalled();
  expect(hidden.repositoriesAwsTags).not.toHaveBeenCalled();
});

it("reads shown columns once for each row in sight", async () => {
  look({ pageSize: 10, visibleContent: ["name", "cost", "policy", "aws-tags"] });
  const { repositoriesPolicies, repositoriesAwsTags } = open();
  const firstPage = many.slice(0, 10).map(({ name }) => name);
  // Each column follows its own answer.
  await screen.findByText("Set, affects 7 images");
  await screen.findByText("team=app-00");
  expect((await screen.findByText("Couldn’t read")).title).toBe(refused.message);
  // 45.6 MB at $0.10 per GB.
  await waitFor(() => expect(screen.getAllByText("< $0.01")).toHaveLength(10));
  expect(repositoriesPolicies.mock.calls.map(([, asked]) => asked)).toEqual([firstPage]);
  expect(repositoriesAwsTags.mock.calls.map(([, asked]) => asked)).toEqual([firstPage]);
  const pages = createWrapper().findPagination('[data-testid="repositories-pages"]');
  act(() => pages?.findNextPageButton().click());
  await waitFor(() => expect(repositoriesPolicies).toHaveBeenCalledTimes(2));
  act(() => pages?.findPreviousPageButton().click());
  await screen.findByText("Set, affects 7 images");
  expect(repositoriesPolicies).toHaveBeenCalledTimes(2);
});

it("filters by a property, and reads what it needs only where the user asks", async () => {
  look({ pageSize: 10 });
  const { container, repositoriesPolicies } = open();
  await screen.findAllByText("45.6 MB");
  fireEvent.click(screen.getByTestId("repositories-filters"));
  const filter = createWrapper().findPropertyFilter('[data-testid="repositories-filter"]');
  act(() => filter?.findNativeInput().focus());
  act(() => filter?.setInputValue("Lifecycle policy = Set"));
  act(() => filter?.findNativeInput().keydown({ key: "Enter", keyCode: 13 } as never));
  // No policy was read, so nothing is known to match.
  await waitFor(() => expect(names(container)).toEqual([]));
  expect(screen.getByTestId("repositories-filter-unknown").textContent).toContain(
    "60 repositories",
  );
  expect(repositoriesPolicies).not.toHaveBeenCalled();
  const toggle = createWrapper().findToggle('[data-testid="repositories-filter-unknown"]');
  act(() => toggle?.findNativeInput().click());
  await waitFor(() => expect(names(container)).toEqual(["app-03"]), { timeout: 30_000 });
  const asked = repositoriesPolicies.mock.calls.map(([, some]) => some);
  expect(Math.max(...asked.map((some) => some.length))).toBeLessThanOrEqual(10);
  expect(new Set(asked.flat()).size).toBe(asked.flat().length);
  fireEvent.click(screen.getByTestId("repositories-filters"));
  await waitFor(() => expect(names(container)).toHaveLength(10));
});
