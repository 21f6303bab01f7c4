import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Backend } from "../../ipc";
import { singleRow } from "../../ipc/fake/repositoryRows";
import { fakeError } from "../../ipc/fakeBackend";
import type { StorageClassChange } from "../../ipc/generated";
import { accessibilityViolations } from "../../testing/accessibility";
import { renderWith } from "../../testing/component";
import { image } from "../../testing/repositoriesPage";
import { ArchiveImagesModal } from "./ArchiveImagesModal";
import { imageRows } from "./repositoryImageRows";

const images = [1, 2].map((number) =>
  image({
    digest: `sha256:${String(number).padStart(64, "0")}`,
    tags: [`v${number}`],
    size_bytes: 1,
  }),
);

function show(isArchived: boolean, archive: () => Promise<StorageClassChange>) {
  const onClose = vi.fn();
  const onChanged = vi.fn();
  const repositoryImagesArchive = vi.fn(archive);
  const backend: Partial<Backend> = { repositoryImagesArchive };
  const rows = imageRows(images, {
    rows: images.map((image) => singleRow(image)),
    images: { count: images.length, is_exact: true },
    parts: 0,
    size: { bytes: 2, is_exact: true },
    unread_indexes: [],
    unread_manifests: [],
  });
  renderWith(
    backend,
    <ArchiveImagesModal
      connection={{ kind: "practice" }}
      repository="shop/api"
      images={rows}
      isArchived={isArchived}
      onChanged={onChanged}
      onClose={onClose}
    />,
  );
  return { onClose, onChanged, repositoryImagesArchive };
}

const confirm = () => screen.getByTestId("images-archive-confirm");

it.each([
  [true, "Archive 2 images", "saves nothing below 150 TB"],
  [false, "Restore 2 images", "$0.03 per GB"],
])("says what it means (archive: %s)", async (isArchived, words, meaning) => {
  const { onClose, onChanged, repositoryImagesArchive } = show(isArchived, async () => ({
    changed: 2,
    unchanged: [],
  }));
  expect(confirm().textContent).toContain(words);
  expect(document.body.textContent).toContain(meaning);
  expect(await accessibilityViolations(document.body)).toEqual([]);
  fireEvent.click(confirm());
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(onChanged).toHaveBeenCalledTimes(1);
  expect(repositoryImagesArchive).toHaveBeenCalledWith(
    { kind: "practice" },
    "shop/api",
    images.map(({ digest }) => digest),
    isArchived,
  );
});

it("stays open for the images that ECR did not move", async () => {
  const error = fakeError("access_denied", "ecr:UpdateImageStorageClass is denied.");
  const digest = images[1]?.digest ?? "";
  const { onClose } = show(true, async () => ({ changed: 1, unchanged: [{ digest, error }] }));
  fireEvent.click(confirm());
  await screen.findByText(/1 image wasn’t moved: sha256:000000000000/);
  expect(document.body.textContent).toContain("ecr:UpdateImageStorageClass is denied.");
  expect(onClose).not.toHaveBeenCalled();
});
