import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Backend } from "../../ipc";
import type {
  ApiError,
  DeletionEntry,
  ImageChange,
  ImageChangeKind,
  NotRestorable,
  Restored,
  RestorePlan,
} from "../../ipc/generated";
import { shortDigest } from "../../shared/format";
import { accessibilityViolations } from "../../testing/accessibility";
import { numberedDigest as digest, renderWith } from "../../testing/component";
import { ChangeHistory } from "./ChangeHistory";
import {
  changedText,
  changeText,
  deletedText,
  notRestorableText,
  reasonText,
  restoredText,
  restoreSummary,
} from "./restoreTexts";

const destination = {
  account_id: "111122223333",
  partition: "aws",
  region: "eu-central-1",
  registry: "127.0.0.1:40123",
  ecr_endpoint: null,
  registry_endpoint: null,
};

const none = { images: 0, tags: 0 };

/** The restores of a deletion that restored 3 tags. */
const restored: Restored = {
  at_ms: 2,
  restored: { images: 0, tags: 3 },
  before: none,
  remaining: none,
  at_least: false,
  running: false,
};

const entry: DeletionEntry = {
  deletion: "1-shop-api",
  started_at_ms: 1,
  error: null,
  destination,
  repositories: ["shop/api"],
  class: "unused",
  planned: { repositories: 0, images: 4, tags: 1 },
  deleted: { repositories: 0, images: 4, tags: 1 },
  running: false,
  stopped: false,
  table: "/data/deletions/1-shop-api.csv",
  no_undo: [],
  restored: null,
};

it("says what a deletion deleted, and why", () => {
  const cases: [Partial<DeletionEntry>, string, string][] = [
    [{}, "4 images", "Clean-up: unused images"],
    [{ class: null }, "4 images", "Selected images"],
    [{ deleted: null }, "Interrupted: up to 4 images", "Clean-up: unused images"],
    [{ deleted: null, running: true }, "Running: 4 images", "Clean-up: unused images"],
    [
      { deleted: { repositories: 0, images: 1, tags: 0 }, stopped: true },
      "1 of 4 images (stopped)",
      "Clean-up: unused images",
    ],
    [
      {
        class: null,
        planned: { repositories: 1, images: 4, tags: 1 },
        deleted: { repositories: 1, images: 4, tags: 1 },
      },
      "4 images, 1 repository",
      "Repositories",
    ],
    [
      {
        class: null,
        planned: { repositories: 0, images: 0, tags: 1 },
        deleted: { repositories: 0, images: 0, tags: 1 },
      },
      "1 tag",
      "Selected tag",
    ],
    [
      { class: null, planned: { repositories: 0, images: 0, tags: 1 }, deleted: null },
      "Interrupted: up to 1 tag",
      "Selected tag",
    ],
  ];
  for (const [part, deleted, reason] of cases) {
    expect(deletedText({ ...entry, ...part })).toBe(deleted);
    expect(reasonText({ ...entry, ...part })).toBe(reason);
  }
});

it.each<[ImageChangeKind, string, string]>([
  [
    { kind: "tag_added", tag: "prod", digest: digest(1) },
    "Tag added",
    `prod on ${shortDigest(digest(1))}`,
  ],
  [
    { kind: "tag_moved", tag: "prod", from: digest(1), to: digest(2) },
    "Tag moved",
    `prod from ${shortDigest(digest(1))} to ${shortDigest(digest(2))}`,
  ],
  [
    { kind: "tag_removed", tag: "prod", digest: digest(1) },
    "Tag removed",
    `prod from ${shortDigest(digest(1))}`,
  ],
  [{ kind: "archived", images: 4, refused: 0 }, "Archived", "4 images"],
  [{ kind: "restored", images: 3, refused: 1 }, "Restored from the archive", "3 of 4 images"],
])("says what %j changed", (change, kind, result) => {
  expect([changeText(change), changedText(change)]).toEqual([kind, result]);
});

it("lists changes of tags and storage between the deletions, newest first", async () => {
  const change = (changed_at_ms: number, of: ImageChangeKind): ImageChange => ({
    changed_at_ms,
    destination,
    repository: `shop/at-${changed_at_ms}`,
    change: of,
    outcome: "made",
  });
  const changes = [
    change(2, { kind: "archived", images: 4, refused: 0 }),
    change(0, { kind: "tag_added", tag: "prod", digest: digest(1) }),
  ];
  const { container } = renderWith(
    {},
    <ChangeHistory deletions={[entry]} changes={changes} onReload={() => {}} />,
  );
  const rows = createWrapper(container)
    .findTable('[data-testid="change-history"]')
    ?.findRows()
    .map((row) => row.getElement().textContent ?? "");
  expect(rows?.[0]).toContain("shop/at-2Archived4 images");
  expect(rows?.[1]).toContain("Clean-up: unused images4 images");
  expect(rows?.[2]).toContain("shop/at-0Tag addedprod on");
  expect(screen.getAllByText("Undo")).toHaveLength(1);
  expect(await accessibilityViolations(container)).toEqual([]);
});

it("says of a change whose outcome wasn’t recorded that only the registry knows", () => {
  const change: ImageChange = {
    changed_at_ms: 3,
    destination,
    repository: "shop/api",
    change: { kind: "tag_added", tag: "prod", digest: digest(1) },
    outcome: "unknown",
  };
  const interrupted = { ...entry, restored: { ...restored, restored: null } };
  const { container } = renderWith(
    {},
    <ChangeHistory deletions={[interrupted]} changes={[change]} onReload={() => {}} />,
  );
  const rows = createWrapper(container)
    .findTable('[data-testid="change-history"]')
    ?.findRows()
    .map((row) => row.getElement().textContent ?? "");
  expect(rows?.[0]).toContain(
    `Tag addedUnknown: check the registry (prod on ${shortDigest(digest(1))})`,
  );
  expect(rows?.[1]).toContain("4 imagesUnknown: check the registry");
});

it("says what runs, and offers no undo of it", () => {
  const change: ImageChange = {
    changed_at_ms: 3,
    destination,
    repository: "shop/api",
    change: { kind: "tag_added", tag: "prod", digest: digest(1) },
    outcome: "running",
  };
  const deleting = { ...entry, deletion: "deleting", deleted: null, running: true };
  const restoring = {
    ...entry,
    deletion: "restoring",
    restored: { ...restored, restored: null, running: true },
  };
  renderWith(
    {},
    <ChangeHistory deletions={[deleting, restoring]} changes={[change]} onReload={() => {}} />,
  );
  const text = screen.getByTestId("change-history").textContent ?? "";
  expect(text).toContain(`Running (prod on ${shortDigest(digest(1))})`);
  expect(text).toContain("Running: 4 images");
  expect(text).not.toContain("Unknown");
  for (const id of ["deleting", "restoring"]) {
    const undo = screen.getByTestId(`deletion-undo-${id}`);
    expect(undo.getAttribute("aria-disabled")).toBe("true");
  }
});

it.each([
  [{}, "3 tags"],
  [{ remaining: { images: 2, tags: 1 } }, "3 tags, 2 images and 1 tag remaining"],
  [{ at_least: true }, "At least 3 tags"],
  [{ restored: null }, "Unknown: check the registry"],
  [{ restored: null, running: true }, "Running"],
])("says what was restored and what remains: %j", (part, text) => {
  expect(restoredText({ ...restored, ...part })).toBe(text);
});

it("says why a deletion has no undo, and offers it if some images have one", async () => {
  const denied = (images: number): DeletionEntry => ({
    ...entry,
    deletion: `denied-${images}`,
    no_undo: [{ images, why: { kind: "denied", action: "ecr:BatchGetImage" } }],
  });
  const { container } = renderWith(
    {},
    <ChangeHistory deletions={[denied(4), denied(3), entry]} changes={[]} onReload={() => {}} />,
  );
  expect(screen.queryByTestId("deletion-undo-denied-4")).toBeNull();
  expect(screen.getByTestId("deletion-undo-denied-3")).toBeTruthy();
  expect(screen.getByTestId("deletion-undo-1-shop-api")).toBeTruthy();
  fireEvent.click(screen.getByText("No undo"));
  expect((await screen.findByText(/^No undo for 4 images/)).textContent).toContain(
    "ecr:BatchGetImage",
  );
  expect(await accessibilityViolations(container)).toEqual([]);
});

it("says why something can’t be restored", () => {
  const cases: [NotRestorable["why"], string][] = [
    [{ kind: "repository_missing" }, "no longer exists"],
    [{ kind: "manifest_not_kept" }, "wasn’t read before the deletion"],
    [{ kind: "layers_gone", count: 2 }, "ECR deleted 2 of its layers."],
    [{ kind: "part_gone", digest: digest(1) }, "can’t be restored"],
    [{ kind: "tag_taken", tag: "prod" }, "The tag prod points to another image now"],
  ];
  for (const [why, words] of cases) {
    expect(notRestorableText(why)).toContain(words);
  }
});

it("lists a deletion whose record can’t be read, and says why", async () => {
  const error: ApiError = {
    code: "record_unreadable",
    message: "The record of a deletion, /data/deletions/2.record.json, can't be read.",
    hints: [],
    causes: [],
    retryable: false,
    subject: null,
  };
  const unknown: DeletionEntry = {
    ...entry,
    deletion: "2",
    error,
    destination: null,
    repositories: [],
    class: null,
    planned: { repositories: 0, images: 0, tags: 0 },
    deleted: null,
  };
  const backend: Partial<Backend> = {
    restorePlan: async () => {
      throw error;
    },
  };
  renderWith(
    backend,
    <ChangeHistory deletions={[entry, unknown]} changes={[]} onReload={() => {}} />,
  );
  const table = screen.getByTestId("change-history").textContent;
  expect(table).toContain("4 images");
  expect(table).toContain("Record unreadable");
  expect(table).not.toContain("Interrupted");
  fireEvent.click(screen.getByTestId("deletion-undo-2"));
  expect(await screen.findByText(error.message)).toBeTruthy();
});

it("restores after a dry run what ECR still has", async () => {
  const plan: RestorePlan = {
    restore: "r",
    destination,
    totals: { images: 1, tags: 0 },
    repositories: [
      {
        name: "shop/api",
        images: [{ digest: digest(1), kind: "index", tags: ["1.2"], exists: false }],
        left: [{ digest: digest(2), tags: [], why: { kind: "layers_gone", count: 1 } }],
      },
    ],
  };
  const restoreRun = vi.fn(async () => ({
    planned: plan.totals,
    restored: plan.totals,
    failed: [],
    stopped: false,
  }));
  const onReload = vi.fn();
  const backend: Partial<Backend> = {
    restorePlan: async () => plan,
    restoreRun,
  };
  const { container } = renderWith(
    backend,
    <ChangeHistory changes={[]} deletions={[{ ...entry, restored }]} onReload={onReload} />,
  );
  expect(screen.getByTestId("change-history").textContent).toContain("1-shop-api.csv");
  expect(screen.getByTestId("change-history").textContent).toContain("3 tags");
  expect(await accessibilityViolations(container)).toEqual([]);
  fireEvent.click(screen.getByTestId("deletion-undo-1-shop-api"));
  const summary = await screen.findByTestId("restore-summary");
  expect(summary.textContent).toContain("1 image can be pushed again");
  const modal = screen.getByTestId("restore-modal");
  expect(modal.textContent).toContain("ECR deleted 1 of its layers.");
  expect(restoreRun).not.toHaveBeenCalled();
  expect(screen.getByTestId("restore-confirm").textContent).toBe("Restore 1 image");
  fireEvent.click(screen.getByTestId("restore-confirm"));
  const result = await screen.findByTestId("restore-result");
  expect(result.textContent).toContain("1 image restored");
  await waitFor(() => expect(onReload).toHaveBeenCalled());
});

it.each([
  [0, 0, "Nothing can be restored."],
  [0, 1, "1 tag can be set again on images that still exist."],
  [
    1,
    0,
    "1 image can be pushed again, because ECR still has the layers. Dates of push and pull begin again.",
  ],
  [
    2,
    3,
    "2 images can be pushed again, because ECR still has the layers. Dates of push and pull begin again. 3 tags can be set again on images that still exist.",
  ],
])("says what of %i images and %i tags can be restored", (images, tags, summary) => {
  const plan: RestorePlan = {
    restore: "restore-1",
    destination,
    totals: { images, tags },
    repositories: [],
  };
  expect(restoreSummary(plan)).toBe(summary);
});

it("says what was restored, and what wasn’t", async () => {
  const planned = { images: 2, tags: 1 };
  const plan: RestorePlan = { restore: "r", destination, totals: planned, repositories: [] };
  const restored = { images: 1, tags: 1 };
  const backend: Partial<Backend> = {
    restorePlan: async () => plan,
    restoreRun: async () => ({ planned, restored, failed: [], stopped: true }),
  };
  renderWith(backend, <ChangeHistory deletions={[entry]} changes={[]} onReload={() => {}} />);
  fireEvent.click(screen.getByTestId("deletion-undo-1-shop-api"));
  const confirm = await screen.findByTestId("restore-confirm");
  expect(confirm.textContent).toBe("Restore 2 images and 1 tag");
  fireEvent.click(confirm);
  const result = await screen.findByTestId("restore-result");
  expect(result.textContent).toContain("1 of 2 images and 1 of 1 tag restored.");
});
