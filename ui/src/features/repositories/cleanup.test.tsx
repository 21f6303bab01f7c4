import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { type Backend, BackendProvider } from "../../ipc";
import { noLifecycle, singleRows } from "../../ipc/fake/repositoryRows";
import { fakeError } from "../../ipc/fakeBackend";
import type {
  AwsConnection,
  CleanupImage,
  CleanupProposal,
  RepositoryDetails,
} from "../../ipc/generated";
import { defaultRepositorySettings } from "../../shared/repositorySettings";
import { accessibilityViolations } from "../../testing/accessibility";
import { CleanupTab } from "./CleanupTab";

vi.setConfig({ testTimeout: 60_000 });

const connection: AwsConnection = { kind: "practice" };
const digest = (number: number) => `sha256:${String(number).padStart(64, "0")}`;

const details: RepositoryDetails = {
  repository: {
    name: "shop/api",
    uri: "registry/shop/api",
    arn: "arn:aws:ecr:eu-west-1:111122223333:repository/shop/api",
    created_at_ms: null,
    settings: defaultRepositorySettings,
  },
  lifecycle: noLifecycle,
  images: [],
  rows: singleRows([]),
  push_commands: [],
};

function image(number: number, tags: string[] = []): CleanupImage {
  return { digest: digest(number), kind: "image", tags, pushed_at_ms: 1, pulled_at_ms: null };
}

function proposal(part: Partial<CleanupProposal>): CleanupProposal {
  const images = part.images ?? [];
  return {
    class: "orphans",
    unread_indexes: 0,
    images,
    deleted: images.map((one) => one.digest),
    freed: { bytes: 6_000_000, is_exact: true },
    ...part,
  };
}

function show(proposals: CleanupProposal[], part: Partial<Backend> = {}) {
  const onChanged = vi.fn();
  const propose = vi.fn(async () => proposals);
  const backend = {
    repositoryCleanup: propose as Backend["repositoryCleanup"],
    repositoryCleanupRecord: async () => "/data/cleanups/1.csv",
    repositoryImagesDelete: async () => [],
    ...part,
  } as Partial<Backend> as Backend;
  const view = render(
    <BackendProvider backend={backend}>
      <CleanupTab
        connection={connection}
        details={details}
        errorActions={{}}
        onChanged={onChanged}
      />
    </BackendProvider>,
  );
  return { ...view, onChanged, propose };
}

const press = (id: string) => fireEvent.click(screen.getByTestId(id));
const isDisabled = (id: string) => {
  const button = screen.getByTestId(id);
  return button.getAttribute("aria-disabled") === "true" || button.hasAttribute("disabled");
};

it("offers each class with the bytes that it frees, and nothing of a class that isn't known", async () => {
  const { container, propose } = show([
    proposal({ images: [image(1)] }),
    proposal({ class: "loose_images", unread_indexes: 2 }),
  ]);
  await screen.findByText("Orphaned referrers");
  expect(container.textContent).toContain("6 MB");
  expect(container.textContent).toContain("Unknown: 2 indexes weren’t read");
  expect(isDisabled("cleanup-review-loose_images")).toBe(true);
  expect(await accessibilityViolations(container)).toEqual([]);
  const tags = createWrapper(container).findInput('[data-testid="cleanup-protected"]');
  act(() => tags?.setInputValue("keep-*"));
  await waitFor(() =>
    expect(propose).toHaveBeenLastCalledWith(
      connection,
      "shop/api",
      expect.objectContaining({ protected_tags: ["keep-*"], unused_days: 180 }),
    ),
  );
});

it("deletes untagged images after a review, in order, and records them first", async () => {
  const calls: string[] = [];
  const { onChanged } = show([proposal({ images: [image(1)], deleted: [digest(2), digest(1)] })], {
    repositoryCleanupRecord: async (_connection, _name, kind, digests) => {
      calls.push(`record ${kind} ${digests.length}`);
      return "/data/cleanups/1.csv";
    },
    repositoryImagesDelete: async (_connection, _name, images) => {
      calls.push(images.map((one) => (one.kind === "image" ? one.digest : "")).join(" "));
      return [];
    },
  });
  await screen.findByText("Orphaned referrers");
  press("cleanup-review-orphans");
  expect(screen.getByTestId("cleanup-summary").textContent).toContain("frees 6 MB");
  expect(calls).toEqual([]);
  expect(screen.getByTestId("cleanup-confirm").textContent).toContain("Delete 2 images");
  press("cleanup-confirm");
  const result = await screen.findByTestId("cleanup-result");
  expect(result.textContent).toContain("2 of 2 images were deleted.");
  expect(result.textContent).toContain("/data/cleanups/1.csv");
  expect(calls).toEqual(["record orphans 2", `${digest(2)} ${digest(1)}`]);
  expect(onChanged).toHaveBeenCalled();
});

it("needs the repository's name to delete tagged images, and shows why ECR keeps one", async () => {
  const kept = fakeError("image_in_index", "An index refers to it.");
  show([proposal({ class: "unused", images: [image(1, ["a", "b"])] })], {
    repositoryImagesDelete: async () => [{ name: digest(1), error: kept }],
  });
  await screen.findByText("Unused images");
  press("cleanup-review-unused");
  expect(screen.getByTestId("cleanup-confirm").textContent).toContain("Delete 1 image with 2 tags");
  expect(isDisabled("cleanup-confirm")).toBe(true);
  const name = screen.getByTestId("cleanup-name").querySelector("input");
  fireEvent.change(name as HTMLInputElement, { target: { value: "shop/api" } });
  await waitFor(() => expect(isDisabled("cleanup-confirm")).toBe(false));
  press("cleanup-confirm");
  expect((await screen.findByTestId("cleanup-result")).textContent).toContain("0 of 1 image");
  expect(screen.getByTestId("error-alert").textContent).toContain("An index refers to it.");
});

it("deletes nothing if the record can't be written", async () => {
  const remove = vi.fn(async () => []);
  show([proposal({ images: [image(1)] })], {
    repositoryCleanupRecord: async () =>
      Promise.reject(fakeError("disk_full", "The disk is full.")),
    repositoryImagesDelete: remove,
  });
  await screen.findByText("Orphaned referrers");
  press("cleanup-review-orphans");
  press("cleanup-confirm");
  expect((await screen.findByTestId("error-alert")).textContent).toContain("The disk is full.");
  expect(remove).not.toHaveBeenCalled();
});
