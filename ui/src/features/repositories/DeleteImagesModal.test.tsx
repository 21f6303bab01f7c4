import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { type Backend, BackendProvider } from "../../ipc";
import { noLifecycle, singleRows } from "../../ipc/fake/repositoryRows";
import { fakeError } from "../../ipc/fakeBackend";
import type {
  AwsConnection,
  ImageNotDeleted,
  RepositoryDetails,
  RepositoryImage,
} from "../../ipc/generated";
import { defaultRepositorySettings } from "../../shared/repositorySettings";
import { accessibilityViolations } from "../../testing/accessibility";
import { DeleteImagesModal } from "./DeleteImagesModal";
import { RepositoryImagesTable } from "./RepositoryImagesTable";
import { imageRows } from "./repositoryImageRows";

const connection: AwsConnection = { kind: "practice" };
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

function image(letter: string, tags: string[]): RepositoryImage {
  return {
    digest: digest(letter),
    tags,
    kind: "image",
    media_type: "application/vnd.oci.image.manifest.v1+json",
    size_bytes: 12_300_000,
    pushed_at_ms: Date.UTC(2026, 0, 3),
    pulled_at_ms: null,
    own_read_at_ms: null,
    status: "active",
    archived_at_ms: null,
    pull_commands: ["docker pull"],
  };
}

const needed = fakeError("image_in_index", "ECR keeps it: an index needs it.");
const images = [image("a", ["1.0", "latest"]), image("b", ["0.9"]), image("c", [])];

const detailsOf = (left: readonly RepositoryImage[]): RepositoryDetails => ({
  repository: {
    name: "pgcli",
    uri: "registry/pgcli",
    arn: "arn:aws:ecr:eu-west-1:111122223333:repository/pgcli",
    created_at_ms: null,
    settings: defaultRepositorySettings,
  },
  lifecycle: noLifecycle,
  images: [...left],
  rows: singleRows(left),
  push_commands: [],
});

/** The table with two of three images selected and the question open. */
async function askToDelete(
  repositoryImagesDelete: Backend["repositoryImagesDelete"],
  ticked = [1, 3],
) {
  const onChanged = vi.fn();
  const backend = { repositoryImagesDelete } as Partial<Backend> as Backend;
  const shown = (left: readonly RepositoryImage[]) => (
    <BackendProvider backend={backend}>
      <RepositoryImagesTable
        connection={connection}
        details={detailsOf(left)}
        errorActions={{}}
        onOpen={() => {}}
        onChanged={onChanged}
      />
    </BackendProvider>
  );
  const { container, rerender } = render(shown(images));
  const untagged = createWrapper(container).findToggle('[data-testid="images-untagged"]');
  act(() => untagged?.findNativeInput().click());
  const table = createWrapper(container).findTable('[data-testid="images-table"]');
  for (const row of ticked) {
    act(() => table?.findRowSelectionArea(row)?.click());
  }
  fireEvent.click(screen.getByTestId("images-delete"));
  const modal = await screen.findByTestId(
    ticked.length === 1 ? "image-delete-modal" : "images-delete-modal",
  );
  const rows = () =>
    createWrapper(modal)
      .findTable()
      ?.findRows()
      .map((row) => row.getElement().textContent);
  const show = (left: readonly RepositoryImage[]) => rerender(shown(left));
  return { container, modal, rows, onChanged, show };
}

const confirm = () => fireEvent.click(screen.getByTestId("images-delete-confirm"));
const result = async () => (await screen.findByTestId("images-delete-result")).textContent;

it("lists every image with its tags and digest, and deletes nothing before the confirmation", async () => {
  const remove = vi.fn(async () => []);
  const { container, modal, rows, onChanged } = await askToDelete(remove);
  expect(container.textContent).toContain("(2/3)");
  expect(rows()).toEqual([`1.0, latest${digest("a")}`, `Untagged${digest("c")}`]);
  expect(screen.getByTestId("images-delete-confirm").textContent).toBe(
    "Delete 2 images and 2 tags",
  );
  expect(await accessibilityViolations(modal)).toEqual([]);
  expect(remove).not.toHaveBeenCalled();
  fireEvent.click(screen.getByTestId("images-delete-close"));
  await waitFor(() => expect(screen.queryByTestId("images-delete-modal")).toBeNull());
  expect(remove).not.toHaveBeenCalled();
  expect(onChanged).not.toHaveBeenCalled();
});

it("says what was deleted and why the rest was not, and keeps the rest selected", async () => {
  const remove = vi.fn(async () => [{ name: digest("c"), error: needed }]);
  const { container, modal, rows, onChanged, show } = await askToDelete(remove);
  confirm();
  expect(await result()).toContain("1 of 2 images were deleted");
  expect(remove).toHaveBeenCalledWith(connection, "pgcli", [
    { kind: "image", digest: digest("a") },
    { kind: "image", digest: digest("c") },
  ]);
  expect(rows()).toEqual([
    `Untagged${digest("c")}The image is part of an indexECR keeps it: an index needs it. Delete the index first, or select both.`,
    `1.0, latest${digest("a")}Deleted`,
  ]);
  expect(screen.queryByTestId("images-delete-confirm")).toBeNull();
  expect(await accessibilityViolations(modal)).toEqual([]);
  expect(onChanged).toHaveBeenCalledTimes(1);
  show(images.slice(1));
  fireEvent.click(screen.getByTestId("images-delete-close"));
  expect(container.textContent).toContain("(1/2)");
});

it("shows why a call failed, and continues with the rest on retry", async () => {
  const remove = vi
    .fn<Backend["repositoryImagesDelete"]>()
    .mockRejectedValueOnce(fakeError("throttled", "ECR wants fewer calls."))
    .mockResolvedValueOnce([]);
  const { rows } = await askToDelete(remove);
  confirm();
  expect(await result()).toContain("0 of 2 images were deleted");
  expect(screen.getByTestId("error-alert").textContent).toContain("ECR wants fewer calls.");
  expect(rows()).toEqual([
    `1.0, latest${digest("a")}Not deleted`,
    `Untagged${digest("c")}Not deleted`,
  ]);
  fireEvent.click(screen.getByTestId("error-action-retry"));
  await waitFor(async () => expect(await result()).toBe("2 images were deleted."));
  expect(screen.queryByTestId("error-alert")).toBeNull();
  expect(remove).toHaveBeenCalledTimes(2);
});

/** Tries every way to close the modal. */
function tryToLeave(modal: HTMLElement, close: string) {
  fireEvent.click(screen.getByTestId(close));
  act(() =>
    createWrapper(modal.parentElement as HTMLElement)
      .findModal()
      ?.findDismissButton()
      ?.click(),
  );
  fireEvent.keyDown(modal, { key: "Escape", keyCode: 27 });
}

it("stays while one image is deleted, and says with its next step why ECR keeps it", async () => {
  let answer: (left: ImageNotDeleted[]) => void = () => {};
  const remove = vi.fn(() => new Promise<ImageNotDeleted[]>((resolve) => (answer = resolve)));
  const { modal, onChanged } = await askToDelete(remove, [3]);
  fireEvent.click(screen.getByTestId("image-delete-confirm"));
  tryToLeave(modal, "image-delete-cancel");
  expect(screen.queryByTestId("image-delete-modal")).toBeTruthy();
  await act(async () => answer([{ name: digest("c"), error: needed }]));
  const alert = await screen.findByTestId("error-alert");
  expect(alert.dataset.errorCode).toBe("image_in_index");
  expect(alert.textContent).toContain("Delete the index first");
  expect(onChanged).not.toHaveBeenCalled();
  fireEvent.click(screen.getByTestId("image-delete-cancel"));
  await waitFor(() => expect(screen.queryByTestId("image-delete-modal")).toBeNull());
});

it("stays open while images are deleted, stops on request, and shows the rest", async () => {
  const answers: (() => void)[] = [];
  const remove = vi.fn(() => new Promise<ImageNotDeleted[]>((go) => answers.push(() => go([]))));
  const many = Array.from({ length: 101 }, (_, at) => ({
    ...image("a", []),
    digest: `sha256:${String(at).padStart(64, "0")}`,
  }));
  const onClose = vi.fn();
  render(
    <BackendProvider backend={{ repositoryImagesDelete: remove } as Partial<Backend> as Backend}>
      <DeleteImagesModal
        connection={connection}
        repository="pgcli"
        images={imageRows(many, singleRows(many))}
        errorActions={{}}
        onDeleted={() => {}}
        onClose={onClose}
      />
    </BackendProvider>,
  );
  const modal = screen.getByTestId("images-delete-modal");
  confirm();
  tryToLeave(modal, "images-delete-close");
  expect(onClose).not.toHaveBeenCalled();
  fireEvent.click(screen.getByTestId("images-delete-stop"));
  expect(modal.textContent).toContain("Stopping after the current request");
  expect(await accessibilityViolations(modal)).toEqual([]);
  await act(async () => answers[0]?.());
  expect(await result()).toContain("100 of 101 images were deleted. You stopped the deletion");
  expect(remove).toHaveBeenCalledTimes(1);
  fireEvent.click(screen.getByTestId("images-delete-close"));
  expect(onClose).toHaveBeenCalledTimes(1);
});
