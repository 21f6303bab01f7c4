import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Backend } from "../../../ipc";
import { fakeStorage } from "../../../ipc/fake/registryContents";
import { fakeError } from "../../../ipc/fakeBackend";
import type {
  FoundImage,
  FoundImages,
  RegistryContents,
  RegistryReadProgress,
  RepositoryDetails,
} from "../../../ipc/generated";
import { reloadRequests } from "../../../shared/useRequest";
import { accessibilityViolations } from "../../../testing/accessibility";
import { practice as connection, press, renderWith } from "../../../testing/component";
import { RepositoriesPage } from "../RepositoriesPage";
import { RegistryTabs } from "./RegistryTabs";

const digest = `sha256:3f2a${"0".repeat(60)}`;

const image: FoundImage = {
  repository: "shop/api",
  uri: "registry/shop/api",
  digest,
  tags: ["v1", "latest"],
  size_bytes: 6_000_000,
  pushed_at_ms: 1,
  pulled_at_ms: null,
  is_archived: false,
  listed_at_ms: 1,
};

function known(listedAtMs: (number | null)[]): RegistryContents {
  return {
    unread: [],
    repositories: listedAtMs.map((listed_at_ms, number) => ({
      name: `shop/${number}`,
      listed_at_ms,
      storage: listed_at_ms === null ? null : fakeStorage([]),
    })),
  };
}

function show(part: Partial<Backend> = {}) {
  const onOpenRepository = vi.fn();
  const onOpenImage = vi.fn();
  const backend: Partial<Backend> = {
    registryContents: async () => known([1, null]),
    registryContentsReadStop: async () => {},
    imagesFind: async () => ({ images: [image], has_more: false }),
    imagesFindStop: async () => {},
    ...part,
  };
  const view = renderWith(
    backend,
    <RegistryTabs
      connection={connection}
      list={<div>the list</div>}
      onOpenRepository={onOpenRepository}
      onOpenImage={onOpenImage}
    />,
  );
  return { ...view, onOpenRepository, onOpenImage };
}

const status = () => screen.getByTestId("contents-status").textContent;

async function openFind(container: HTMLElement) {
  await act(async () => {
    createWrapper(container).findTabs()?.findTabLinkById("registry-find")?.click();
  });
  await screen.findByTestId("contents-status");
}

async function find(container: HTMLElement, text: string) {
  await act(async () => {
    createWrapper(container).findInput('[data-testid="find-text"]')?.setInputValue(text);
  });
  await screen.findByTestId("find-table");
}

it("asks for nothing until the tab is opened, and lists no images by itself", async () => {
  const registryContents = vi.fn(async () => known([1, null]));
  const registryContentsRead = vi.fn(async () => null);
  const { container } = show({ registryContents, registryContentsRead });
  expect(registryContents).not.toHaveBeenCalled();
  await openFind(container);
  expect(status()).toContain("1 of 2 repositories listed.");
  expect(registryContentsRead).not.toHaveBeenCalled();
});

it("finds by digest and opens the image or its repository", async () => {
  const imagesFind = vi.fn(async () => ({ images: [image], has_more: true }));
  const { container, onOpenImage, onOpenRepository } = show({ imagesFind });
  await openFind(container);
  await find(container, " sha256:3f2a ");
  expect(imagesFind).toHaveBeenLastCalledWith(
    connection,
    "sha256:3f2a",
    expect.any(String),
    expect.any(Function),
  );
  const table = screen.getByTestId("find-table");
  expect(table.textContent).toContain("(1+)");
  expect(table.textContent).toContain("6 MB");
  press("found-shop/api-v1");
  expect(onOpenImage).toHaveBeenCalledWith(
    expect.objectContaining({ repository: "shop/api", digest, tags: ["v1", "latest"] }),
  );
  fireEvent.click(screen.getByLabelText("Open repository shop/api"));
  expect(onOpenRepository).toHaveBeenCalledWith("shop/api");
  expect(await accessibilityViolations(container)).toEqual([]);
});

it("shows the tags of an opened image as ECR has them after a change, and reads them only then", async () => {
  const changed = { digest, tags: ["v1", "latest", "prod"] };
  const repositoryDetails = vi.fn(async () => ({ images: [changed] }) as RepositoryDetails);
  const { container } = renderWith(
    {
      repositoriesList: async () => [],
      registryContents: async () => known([1]),
      imagesFind: async () => ({ images: [image], has_more: false }),
      imagesFindStop: async () => {},
      repositoryDetails,
    },
    <RepositoriesPage
      connection={connection}
      connectionPicker={null}
      showImage={({ tags }) => <span data-testid="opened">{tags.join(" ")}</span>}
    />,
  );
  await openFind(container);
  await find(container, "v1");
  press("found-shop/api-v1");
  expect((await screen.findByTestId("opened")).textContent).toBe("v1 latest");
  expect(repositoryDetails).not.toHaveBeenCalled();
  act(reloadRequests);
  await waitFor(() => expect(screen.getByTestId("opened").textContent).toBe("v1 latest prod"));
  expect(repositoryDetails).toHaveBeenCalledWith(connection, "shop/api");
});

it("searches again when an image or a repository is closed, whose tags can have changed", async () => {
  const registryContents = vi.fn(async () => known([1]));
  let tags = ["v1", "latest"];
  const { container } = renderWith(
    {
      repositoriesList: async () => [],
      registryContents,
      imagesFind: async () => ({ images: [{ ...image, tags }], has_more: false }),
      imagesFindStop: async () => {},
    },
    <RepositoriesPage
      connection={connection}
      connectionPicker={null}
      showImage={(_image, onClose) => (
        <button type="button" data-testid="opened" onClick={onClose}>
          Close
        </button>
      )}
    />,
  );
  await openFind(container);
  await find(container, "v1");
  const table = () => screen.getByTestId("find-table").textContent;
  await waitFor(() => expect(table()).toContain("+1"));
  const before = registryContents.mock.calls.length;
  press("found-shop/api-v1");
  tags = ["v1", "latest", "prod"];
  fireEvent.click(await screen.findByTestId("opened"));
  await waitFor(() => expect(table()).toContain("+2"));
  await waitFor(() => expect(registryContents.mock.calls.length).toBe(before + 1));
});

it("shows the first images before the search ends, and gives it up for the next one", async () => {
  const searches: { attempt: string; report: (found: FoundImages) => void }[] = [];
  const ends: ((found: FoundImages | null) => void)[] = [];
  const imagesFindStop = vi.fn(async () => {});
  const { container, unmount } = show({
    imagesFind: (_connection, _text, attempt, report) => {
      searches.push({ attempt, report });
      return new Promise((resolve) => ends.push(resolve));
    },
    imagesFindStop,
  });
  const type = async (text: string) => {
    const before = searches.length;
    await act(async () => {
      createWrapper(container).findInput('[data-testid="find-text"]')?.setInputValue(text);
    });
    await waitFor(() => expect(searches.length).toBe(before + 1));
  };
  const counter = () => screen.queryByTestId("find-table")?.textContent ?? "";
  await openFind(container);
  await type("v1");
  expect(counter()).toBe("");
  expect(container.textContent).toContain("Searching");
  act(() => searches[0]?.report({ images: [image], has_more: true }));
  expect(counter()).toContain("(searching)");
  expect(counter()).toContain("shop/api");
  expect(counter()).not.toContain("More images match");
  await act(async () =>
    ends[0]?.({ images: [image, { ...image, repository: "b" }], has_more: false }),
  );
  expect(counter()).toContain("(2)");
  expect(imagesFindStop).not.toHaveBeenCalled();

  await type("v12");
  await type("v123");
  expect(imagesFindStop.mock.calls).toEqual([[searches[1]?.attempt]]);
  const stale = { images: [{ ...image, repository: "stale" }], has_more: true };
  act(() => searches[1]?.report(stale));
  await act(async () => ends[1]?.(null));
  // The previous matches stay until the newest search has some, so that the page doesn't jump.
  expect(counter()).toContain("(searching)");
  expect(counter()).toContain("shop/api");
  expect(counter()).not.toContain("stale");
  await act(async () => ends[2]?.({ images: [], has_more: false }));
  expect(counter()).toContain("No matches");
  await type("v1234");
  unmount();
  expect(imagesFindStop).toHaveBeenLastCalledWith(searches[3]?.attempt);
});

it.each([
  ["another text", "v12", true],
  ["a reload", "v1", true],
  ["a text without a search", "", true],
  ["a search that ended", "v1", false],
  ["a search that failed", "v1", false],
])("stops the search before %s", async (what, next, isStopped) => {
  const searches: { attempt: string; end: (found: FoundImages) => void; fail: () => void }[] = [];
  const imagesFindStop = vi.fn(async (_attempt: string) => {});
  const { container } = show({
    imagesFind: (_connection, _text, attempt) =>
      new Promise((resolve, reject) =>
        searches.push({ attempt, end: resolve, fail: () => reject(new Error("failed")) }),
      ),
    imagesFindStop,
  });
  const type = (text: string) =>
    act(async () => {
      createWrapper(container).findInput('[data-testid="find-text"]')?.setInputValue(text);
    });
  await openFind(container);
  await type("v1");
  await waitFor(() => expect(searches.length).toBe(1));
  if (what === "a search that ended") {
    await act(async () => searches[0]?.end({ images: [image], has_more: false }));
  }
  if (what === "a search that failed") {
    await act(async () => searches[0]?.fail());
  }
  if (next === "v1") {
    await act(async () => reloadRequests());
  } else {
    await type(next);
  }
  await waitFor(() => expect(searches.length).toBe(next === "" ? 1 : 2));
  expect(imagesFindStop.mock.calls).toEqual(isStopped ? [[searches[0]?.attempt]] : []);
});

it("shows progress, stops, and resumes with the lists that were read", async () => {
  const reads: { since: number; report: (news: RegistryReadProgress) => void }[] = [];
  const ends: ((answer: RegistryContents | null) => void)[] = [];
  const stop = vi.fn(async () => ends.at(-1)?.(null));
  const { container } = show({
    registryContentsRead: (_connection, since, _attempt, report) => {
      reads.push({ since, report });
      return new Promise((resolve) => ends.push(resolve));
    },
    registryContentsReadStop: stop,
  });
  await openFind(container);
  const button = screen.getByTestId("contents-read");
  button.focus();
  press("contents-read");
  // The same button, which keeps the keyboard focus.
  expect(await screen.findByTestId("contents-stop")).toBe(button);
  expect(document.activeElement).toBe(button);
  act(() => reads[0]?.report({ repositories: 2, repositories_read: 1, images: 1500 }));
  expect(container.textContent).toContain("1 of 2 repositories, 1,500 images");
  press("contents-stop");
  await waitFor(() => expect(screen.getByTestId("contents-read").textContent).toBe("Resume"));
  expect(stop).toHaveBeenCalledTimes(1);
  press("contents-read");
  await screen.findByTestId("contents-stop");
  expect(reads[1]?.since).toBe(reads[0]?.since);
  const error = fakeError("access_denied", "ecr:DescribeImages is denied.");
  await act(async () => {
    ends[1]?.({ ...known([5, 6]), unread: [{ repository: "shop/1", error }] });
  });
  expect(status()).toContain("2 of 2 repositories listed.");
  expect(screen.getByTestId("contents-unread").textContent).toContain(
    "shop/1. ecr:DescribeImages is denied.",
  );
  expect(screen.getByTestId("contents-read").textContent).toBe("List all images");
});

it("keeps what is known when a read fails, and resumes it", async () => {
  const { container } = show({
    registryContentsRead: async () => {
      throw fakeError("throttled", "ECR limits the requests.");
    },
  });
  await openFind(container);
  press("contents-read");
  await screen.findAllByText(/ECR limits the requests/);
  expect(status()).toContain("1 of 2 repositories listed.");
  expect(screen.getByTestId("contents-read").textContent).toBe("Resume");
});
