import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Backend } from "../../../ipc";
import { fakeStorage } from "../../../ipc/fake/registryContents";
import { singleRow } from "../../../ipc/fake/repositoryRows";
import type {
  RepositoryContents,
  RepositoryImage,
  RepositoryStorage,
} from "../../../ipc/generated";
import { accessibilityViolations } from "../../../testing/accessibility";
import {
  practice as connection,
  numberedDigest as digest,
  renderWith,
} from "../../../testing/component";
import { image } from "../../../testing/repositoriesPage";
import { shopDetails } from "../../../testing/repository";
import type { RegistryContentsState } from "../registry/useRegistryContents";
import { ActivityTab } from "./ActivityTab";
import { archiveAdvice, formatCost, listPrices, storageCost } from "./cost";
import { heatRows, heatShade, monthLabel, monthOf, monthSizes } from "./months";
import { mountedText } from "./RepositoryStorage";
import { StorageTab } from "./StorageTab";
import {
  maxCells,
  nodeShare,
  nodeSize,
  registryNodes,
  repositoryNodes,
  shareText,
  tagGroup,
  visibleCells,
} from "./storageNodes";

const GB = 1e9;
const MB = 1e6;

function storage(part: Partial<RepositoryStorage> = {}): RepositoryStorage {
  return { ...fakeStorage([]), ...part };
}

function repository(
  name: string,
  gigabytes: number,
  part: Partial<RepositoryStorage> = {},
): RepositoryContents {
  const standard = { bytes: gigabytes * GB, is_exact: true };
  return { name, listed_at_ms: 1, storage: storage({ standard, ...part }) };
}

function contents(repositories: RepositoryContents[]): RegistryContentsState {
  return {
    contents: { repositories, unread: [] },
    unread: [],
    progress: null,
    error: null,
    isStopped: false,
    isStopping: false,
    read: vi.fn(),
    stop: vi.fn(),
    reload: vi.fn(),
  };
}

const numbered = (number: number, tags: string[]) =>
  image({ digest: digest(number), tags, size_bytes: 10 * MB, pushed_at_ms: 1 });

it("has at most 150 rectangles, and the last one includes all smaller ones", () => {
  const many = registryNodes(
    Array.from({ length: 461 }, (_, number) => repository(`app${number}`, number + 1)),
  );
  const cells = visibleCells(many);
  expect(cells.length).toBe(maxCells);
  const last = cells.at(-1);
  expect(last?.name).toBe("312 smaller ones");
  expect(last?.parts.length).toBe(312);
  const sum = (nodes: readonly { bytes: number }[]) =>
    nodes.reduce((total, { bytes }) => total + bytes, 0);
  expect(sum(cells)).toBe(sum(many));
  expect(visibleCells(many.slice(0, 150)).length).toBe(150);
  // What takes no room has no rectangle.
  expect(visibleCells(registryNodes([repository("empty", 0)]))).toEqual([]);
});

it("says the range of the size where repositories can share layers", () => {
  expect(mountedText(41 * MB, 30 * MB)).toContain("adds 11 MB to 41 MB");
  // An upper bound of the size can be smaller than what is shared.
  expect(mountedText(10 * MB, 30 * MB)).toContain("adds 0 B to 10 MB");
});

it.each([
  ["v1.2.3", "tag", "v*"],
  ["v2", "tag", "v*"],
  ["release-2026-11", "tag", "release-*"],
  ["latest", "tag", "latest"],
  ["3f2a9c1", "commits", "Commits"],
  ["deadbee", "tag", "deadbee"],
  ["20261130", "commits", "Commits"],
  ["1.4", "tag", "*"],
  [undefined, "untagged", "Untagged"],
  ["Untagged", "tag", "Untagged"],
  ["Commits", "tag", "Commits"],
])("groups the tag %s as %s %s", (tag, kind, name) => {
  expect(tagGroup(tag)).toEqual({ kind, name });
});

it("shows what each image adds, and shared layers as one part", () => {
  const images = [numbered(1, ["v1"]), numbered(2, ["v2"])];
  const shared = shopDetails(images);
  shared.rows = {
    ...shared.rows,
    rows: [
      singleRow(images[0] as RepositoryImage, { only_here_bytes: 5 * MB }),
      singleRow(images[1] as RepositoryImage, { only_here_bytes: 6 * MB }),
    ],
    size: { bytes: 41 * MB, is_exact: true },
  };
  const nodes = repositoryNodes(shared);
  expect(nodes.map(({ name, bytes, isExact }) => [name, bytes, isExact])).toEqual([
    ["v1", 5 * MB, true],
    ["v2", 6 * MB, true],
    ["Shared by several images", 30 * MB, true],
  ]);
  // Unread manifests: upper bounds, and nothing is known to be shared.
  shared.rows.size.is_exact = false;
  for (const row of shared.rows.rows) {
    row.only_here_bytes = null;
  }
  expect(repositoryNodes(shared).every(({ isExact }) => !isExact)).toBe(true);
  const many = Array.from({ length: 40 }, (_, at) =>
    numbered(at, [at === 0 ? "latest" : `v${at}`]),
  );
  expect(repositoryNodes(shopDetails(many)).map(({ name }) => name)).toEqual(["latest", "v* (39)"]);
  // An unread index may list untagged images, which are then parts of it.
  const parts = shopDetails([...many, numbered(41, []), numbered(42, [])]);
  parts.rows.images.is_exact = false;
  expect(repositoryNodes(parts).map(({ name }) => name)).toEqual([
    "latest",
    "v* (39)",
    "Untagged (≤ 2)",
  ]);
  // A tag can have the name of a group.
  const named = shopDetails([
    ...many,
    numbered(41, []),
    numbered(42, []),
    numbered(43, ["Untagged"]),
  ]);
  const grouped = repositoryNodes(named);
  expect(grouped.map(({ name }) => name)).toEqual([
    "latest",
    "v* (39)",
    "Untagged (2)",
    "Untagged",
  ]);
  expect(new Set(grouped.map(({ id }) => id)).size).toBe(grouped.length);
});

it.each([
  [31, 100, "31%"],
  [1, 1000, "< 1%"],
  [0, 1000, "0%"],
  [0, 0, "0%"],
])("%s of %s is %s", (bytes, total, text) => {
  expect(shareText(bytes, total)).toBe(text);
});

it.each([
  [2_000, true, "2 kB", "20%"],
  [2_000, false, "≤ 2 kB", "20%"],
  [0, true, "0 B", "0%"],
  [0, false, "Unknown", "–"],
])("%d bytes, exact: %s, are %s and %s of all", (bytes, isExact, size, share) => {
  expect([nodeSize({ bytes, isExact }), nodeShare({ bytes, isExact }, 10_000)]).toEqual([
    size,
    share,
  ]);
});

it("computes the cost of standard and archive storage", () => {
  const cost = storageCost(52.3 * GB, 10 * GB, listPrices);
  expect([formatCost(cost.standard), formatCost(cost.archive)]).toEqual(["$5.23", "$1.00"]);
  expect(archiveAdvice(10 * GB, listPrices)).toContain("Archive saves nothing here");
  expect(archiveAdvice(200_000 * GB, listPrices)).toContain("Above 150 TB");
  expect(archiveAdvice(10 * GB, { standard: 0.1, archive: 0.07 })).toContain("saves $0.30 a month");
  expect(formatCost(0.001)).toBe("< $0.01");
});

it("adds up the months from the first push to now", () => {
  const november = monthOf(Date.UTC(2026, 10, 30, 23));
  expect(monthLabel(november)).toBe("Nov 2026");
  const use = (month: number, pushed_bytes: number) => ({
    month,
    pushed_bytes,
    pushed: 1,
    pulled: 0,
  });
  const now = Date.UTC(2026, 10, 30);
  const sizes = monthSizes([use(november - 2, 35), use(november - 1, 0), use(november, 6)], now);
  expect(
    sizes.map(({ label, pushedBytes, totalBytes }) => [label, pushedBytes, totalBytes]),
  ).toEqual([
    ["Sep 2026", 35, 35],
    ["Oct 2026", 0, 35],
    ["Nov 2026", 6, 41],
  ]);
  // Two years are shown; everything before is in the first bar.
  const long = monthSizes([use(november - 60, 100), use(november, 1)], now);
  expect([long.length, long[0]?.pushedBytes, long.at(-1)?.totalBytes]).toEqual([24, 100, 101]);
  expect(monthSizes([], now)).toEqual([]);
});

it("shades the number of last pulls by month", () => {
  const now = Date.UTC(2026, 10, 30);
  const november = monthOf(now);
  const pulled = (month: number, count: number) => ({
    month,
    pushed: 0,
    pushed_bytes: 0,
    pulled: count,
  });
  const months = [pulled(november - 20, 4), pulled(november - 11, 2), pulled(november, 9)];
  const [row] = heatRows([repository("shop/api", 1, { months, never_pulled: 3 })], now);
  expect(row).toMatchObject({ name: "shop/api", never: 3, earlier: 4 });
  expect([row?.months[0], row?.months.at(-1)]).toEqual([2, 9]);
  expect([0, 1, 3, 9, 100].map((count) => heatShade(count, 100))).toEqual([0, 1, 2, 2, 4]);
  expect(heatShade(0, 0)).toBe(0);
});

function showStorage(repositories: RepositoryContents[], part: Partial<Backend> = {}) {
  const onOpenImage = vi.fn();
  const backend: Partial<Backend> = {
    repositoryDetails: async () => shopDetails([numbered(1, ["v1"]), numbered(2, ["v2"])]),
    repositoryStorage: async () => storage(),
    ...part,
  };
  const view = renderWith(
    backend,
    <StorageTab
      connection={connection}
      contents={contents(repositories)}
      onOpenImage={onOpenImage}
    />,
  );
  return { ...view, onOpenImage };
}

it("opens a repository from the picture, and Escape goes up again", async () => {
  const repositories = [
    repository("shop/api", 12.3, { pulled_at_ms: 1 }),
    repository("shop/web", 27.4),
  ];
  const { container, onOpenImage } = showStorage(repositories);
  const picture = screen.getByTestId("treemap");
  const names = within(picture)
    .getAllByRole("button")
    .map((cell) => cell.getAttribute("aria-label"));
  expect(names).toEqual([
    "shop/web, 27.4 GB, 69%, never pulled",
    "shop/api, 12.3 GB, 31%, longer ago",
  ]);
  // The table has the same numbers.
  const table = screen.getByTestId("treemap-table").textContent ?? "";
  for (const text of ["shop/web", "27.4 GB", "69%", "shop/api", "12.3 GB", "31%"]) {
    expect(table).toContain(text);
  }
  expect(await accessibilityViolations(container)).toEqual([]);
  fireEvent.click(within(picture).getByLabelText(/^shop\/api/));
  await screen.findByText("Storage of shop/api");
  const images = await screen.findByTestId("treemap");
  fireEvent.click(within(images).getByLabelText(/^v1, /));
  expect(onOpenImage).toHaveBeenCalledWith(expect.objectContaining({ digest: digest(1) }));
  fireEvent.keyDown(screen.getByTestId("treemap"), { key: "Escape" });
  await screen.findByText("Storage by repository");
});

it("opens the smaller ones, and Escape closes them", async () => {
  showStorage(Array.from({ length: 152 }, (_, number) => repository(`app${number}`, number + 1)));
  const picture = screen.getByTestId("treemap");
  fireEvent.click(within(picture).getByLabelText(/^3 smaller ones/));
  await waitFor(() => expect(within(picture).getAllByRole("button").length).toBe(3));
  await waitFor(() => expect(document.activeElement?.textContent).toContain("app2"));
  fireEvent.keyDown(picture, { key: "Escape" });
  await waitFor(() => expect(within(picture).getAllByRole("button").length).toBe(maxCells));
});

it("shows the cost with the prices that the user enters", async () => {
  const { container } = showStorage([
    repository("shop/api", 52.3, { archived: { bytes: 10 * GB, is_exact: false } }),
  ]);
  expect(screen.getByTestId("cost-standard").textContent).toBe("≤ $5.23 for 52.3 GB");
  expect(screen.getByTestId("cost-archive").textContent).toBe("≤ $1.00 for 10 GB");
  expect(screen.getByTestId("archive-advice").textContent).toContain("Archive saves nothing here");
  const price = createWrapper(container).findInput('[data-testid="price-standard"]');
  act(() => price?.setInputValue("0.2"));
  expect(screen.getByTestId("cost-standard").textContent).toBe("≤ $10.46 for 52.3 GB");
  expect(screen.getByTestId("archive-advice").textContent).toContain("saves $1.00 a month");
  act(() => price?.setInputValue("a lot"));
  expect(container.textContent).toContain("Enter a price, such as 0.10.");
});

it("shows last pulls as a table", async () => {
  const now = monthOf(Date.now());
  const onOpenRepository = vi.fn();
  const months = [{ month: now, pushed: 0, pushed_bytes: 0, pulled: 7 }];
  const { container } = render(
    <ActivityTab
      contents={contents([repository("shop/api", 1, { months, never_pulled: 3 })])}
      onOpenRepository={onOpenRepository}
    />,
  );
  const cells = within(screen.getByTestId("heat")).getAllByRole("cell");
  expect(cells.length).toBe(14);
  expect([cells[0]?.textContent, cells.at(-1)?.textContent]).toEqual(["3", "7"]);
  expect(cells.at(-1)?.className).toBe("heat-4");
  expect(await accessibilityViolations(container)).toEqual([]);
  fireEvent.click(screen.getByLabelText("Open repository shop/api"));
  expect(onOpenRepository).toHaveBeenCalledWith("shop/api");
  expect(container.textContent).not.toContain("≤");
});

it("says that last pulls are at most as many while an index wasn't read", () => {
  const images = { count: 10, is_exact: false };
  const { container } = render(
    <ActivityTab
      contents={contents([repository("shop/api", 1, { images, never_pulled: 3 })])}
      onOpenRepository={() => {}}
    />,
  );
  const cells = within(screen.getByTestId("heat")).getAllByRole("cell");
  expect([cells[0]?.textContent, cells[1]?.textContent]).toEqual(["≤ 3", "0"]);
  expect(container.textContent).toContain("Numbers with ≤ are upper bounds");
});
