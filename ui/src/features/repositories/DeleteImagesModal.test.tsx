import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { type Backend, BackendProvider } from "../../ipc";
import { fakeError } from "../../ipc/fakeBackend";
import type { AwsConnection, RepositoryImage } from "../../ipc/generated";
import { accessibilityViolations } from "../../testing/accessibility";
import { ImagesTable } from "./ImagesTable";

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
    pull_commands: ["docker pull"],
  };
}

const images = [image("a", ["1.0", "latest"]), image("b", ["0.9"]), image("c", [])];

/** The table with two of three images selected and the question open. */
async function askToDelete(repositoryImagesDelete: Backend["repositoryImagesDelete"]) {
  const onChanged = vi.fn();
  const backend = { repositoryImagesDelete } as Partial<Backend> as Backend;
  const shown = (left: readonly RepositoryImage[]) => (
    <BackendProvider backend={backend}>
      <ImagesTable
        connection={connection}
        repository="pgcli"
        images={left}
        errorActions={{}}
        onChanged={onChanged}
      />
    </BackendProvider>
  );
  const { container, rerender } = render(shown(images));
  const table = createWrapper(container).findTable('[data-testid="images-table"]');
  act(() => table?.findRowSelectionArea(1)?.click());
  act(() => table?.findRowSelectionArea(3)?.click());
  fireEvent.click(screen.getByTestId("images-delete"));
  const modal = await screen.findByTestId("images-delete-modal");
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

it("lists every image with its tags and digest, and deletes nothing before it is told to", async () => {
  const remove = vi.fn(async () => []);
  const { container, modal, rows, onChanged } = await askToDelete(remove);
  expect(container.textContent).toContain("(2/3)");
  expect(rows()).toEqual([`1.0, latest${digest("a")}`, `No tag${digest("c")}`]);
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
  const remove = vi.fn(async () => [{ name: digest("c"), reason: "An index refers to it." }]);
  const { container, modal, rows, onChanged, show } = await askToDelete(remove);
  confirm();
  expect(await result()).toContain("1 of 2 images were deleted");
  expect(remove).toHaveBeenCalledWith(connection, "pgcli", [
    { kind: "image", digest: digest("a") },
    { kind: "image", digest: digest("c") },
  ]);
  expect(rows()).toEqual([
    `No tag${digest("c")}Not deletedAn index refers to it.`,
    `1.0, latest${digest("a")}Deleted`,
  ]);
  expect(screen.queryByTestId("images-delete-confirm")).toBeNull();
  expect(await accessibilityViolations(modal)).toEqual([]);
  expect(onChanged).toHaveBeenCalledTimes(1);
  show(images.slice(1));
  fireEvent.click(screen.getByTestId("images-delete-close"));
  expect(container.textContent).toContain("(1/2)");
});

it("says why a call failed, and goes on with what is left when it is tried again", async () => {
  const remove = vi
    .fn<Backend["repositoryImagesDelete"]>()
    .mockRejectedValueOnce(fakeError("throttled", "ECR wants fewer calls."))
    .mockResolvedValueOnce([]);
  const { rows } = await askToDelete(remove);
  confirm();
  expect(await result()).toContain("0 of 2 images were deleted");
  expect(screen.getByTestId("error-alert").textContent).toContain("ECR wants fewer calls.");
  expect(rows()).toEqual([
    `1.0, latest${digest("a")}Not asked for`,
    `No tag${digest("c")}Not asked for`,
  ]);
  fireEvent.click(screen.getByTestId("error-action-retry"));
  await waitFor(async () => expect(await result()).toBe("2 images were deleted."));
  expect(screen.queryByTestId("error-alert")).toBeNull();
  expect(remove).toHaveBeenCalledTimes(2);
});
