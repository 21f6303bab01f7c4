import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Backend } from "../../ipc";
import {
  deletionPlanOf,
  deletionReportOf,
  plannedImage,
  plannedRepository,
} from "../../ipc/fake/deletion";
import { fakeError } from "../../ipc/fakeBackend";
import type { DeletionPlan, DeletionProgress, DeletionReport } from "../../ipc/generated";
import { accessibilityViolations } from "../../testing/accessibility";
import { practice as connection, renderWith } from "../../testing/component";
import { DeletionModal } from "./DeletionModal";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const one = (letter: string, tags: string[] = []) =>
  plannedImage({ digest: digest(letter), tags, kind: "image", size_bytes: 1_000_000 });
const target = { kind: "images" as const, repository: "pgcli", digests: [], class: null };

function show(plan: DeletionPlan | Error, part: Partial<Backend> = {}) {
  const onDeleted = vi.fn();
  const onClose = vi.fn();
  const deletionPlan = vi.fn(async () => {
    if (plan instanceof Error) {
      throw plan;
    }
    return plan;
  });
  const backend: Partial<Backend> = { deletionPlan, ...part };
  renderWith(
    backend,
    <DeletionModal
      connection={connection}
      options={[{ label: "x", target }]}
      onDeleted={onDeleted}
      onClose={onClose}
    />,
  );
  return { onDeleted, onClose, deletionPlan, modal: screen.getByTestId("deletion-modal") };
}

const rows = () =>
  createWrapper(document.body)
    .findTable('[data-testid="deletion-images"]')
    ?.findRows()
    .map((row) => row.getElement().textContent);
const confirm = async () => {
  const button = await screen.findByTestId("deletion-confirm");
  await waitFor(() => expect(button.getAttribute("aria-disabled")).not.toBe("true"));
  fireEvent.click(button);
};

it("says before the confirmation which images have no undo", async () => {
  const plan: DeletionPlan = {
    ...deletionPlanOf("d", [plannedRepository("pgcli", [one("a"), one("b"), one("c")])]),
    no_undo: [
      { images: 2, why: { kind: "denied", action: "ecr:BatchGetImage" } },
      { images: 1, why: { kind: "archived" } },
    ],
  };
  show(plan);
  const alerts = await screen.findAllByTestId("deletion-no-undo");
  expect(alerts.map(({ textContent }) => textContent)).toEqual([
    "No undo for 2 images: reading their manifests requires the permission ecr:BatchGetImage that you don’t have.",
    "No undo for 1 image: ECR can’t return its manifest and layers from the archive.",
  ]);
  expect(screen.getByTestId("deletion-confirm").getAttribute("aria-disabled")).not.toBe("true");
});

it("asks for the confirmation beside its button, not below the table", async () => {
  show(deletionPlanOf("d", [plannedRepository("pgcli", [one("a", ["1"]), one("b", ["2"])])]));
  await screen.findByTestId("deletion-images");
  const footer = createWrapper(document.body).findModal()?.findFooter();
  expect(footer?.findInput('[data-testid="deletion-confirmation"]')).not.toBeNull();
  expect(footer?.findButton('[data-testid="deletion-confirm"]')).not.toBeNull();
});

it("shows what goes and what stays before anything is deleted", async () => {
  const plan = deletionPlanOf("d", [
    plannedRepository("pgcli", [one("a", ["1.0", "latest"]), one("b")], {
      kept: [
        { digest: digest("c"), tags: [], why: { kind: "used_by", images: ["2.0"] } },
        { digest: digest("d"), tags: ["v1-arm64"], why: { kind: "has_tag" } },
      ],
      unread_indexes: 1,
    }),
  ]);
  const { modal, onDeleted } = show(plan);
  const summary = await screen.findByTestId("deletion-summary");
  expect(summary.textContent).toContain("2 images with 2 tags in ECR and frees 2 MB");
  expect(rows()?.[0]).toContain("1.0, latest");
  expect(modal.textContent).toContain("2 images are kept");
  expect(modal.textContent).toContain("2.0 uses it.");
  expect(modal.textContent).toContain("It has its own tag and wasn’t selected.");
  expect(modal.textContent).toContain("1 index wasn’t read");
  const button = screen.getByTestId("deletion-confirm");
  expect(button.textContent).toContain("Delete 2 images with 2 tags");
  expect(button.getAttribute("aria-disabled")).toBe("true");
  expect(await accessibilityViolations(modal)).toEqual([]);
  expect(onDeleted).not.toHaveBeenCalled();
});

it("plans without the indexes that the identity may not read, and says which permission is missing", async () => {
  const plan = deletionPlanOf("d", [plannedRepository("pgcli", [one("a")], { unread_indexes: 1 })]);
  plan.unread = [
    {
      name: "pgcli",
      error: fakeError("access_denied", "Not allowed to perform ecr:BatchGetImage."),
    },
  ];
  const deletionRun = vi.fn(async () => deletionReportOf(plan));
  const { modal, onDeleted } = show(plan, { deletionRun });
  await screen.findByTestId("deletion-summary");
  expect(modal.textContent).toContain("Indexes of pgcli weren’t read.");
  expect(modal.textContent).toContain("Not allowed to perform ecr:BatchGetImage.");
  expect(await accessibilityViolations(modal)).toEqual([]);
  await confirm();
  await waitFor(() => expect(onDeleted).toHaveBeenCalled());
});

it("closes when everything is deleted, and needs no words for a few untagged images", async () => {
  const plan = deletionPlanOf("d", [plannedRepository("pgcli", [one("a")])]);
  const deletionRun = vi.fn(async () => deletionReportOf(plan));
  const { onDeleted, onClose } = show(plan, { deletionRun });
  await confirm();
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(onDeleted).toHaveBeenCalledWith(deletionReportOf(plan));
  expect(deletionRun).toHaveBeenCalledTimes(1);
});

it("shows the reason of each image that stays, first, and can plan again", async () => {
  const plan = deletionPlanOf("d", [plannedRepository("pgcli", [one("a"), one("b"), one("c")])]);
  const report = deletionReportOf(plan, () => ({
    deleted: [digest("a")],
    left: [{ digest: digest("c"), error: fakeError("image_in_index", "An index needs it.") }],
    error: fakeError("throttled", "ECR wants fewer calls."),
  }));
  const { modal, onClose, deletionPlan } = show(plan, { deletionRun: async () => report });
  await confirm();
  const result = await screen.findByTestId("deletion-result");
  expect(result.textContent).toContain("1 of 3 images deleted. Everything else is kept.");
  expect(result.textContent).toContain("/data/deletions/1.csv");
  const texts = rows() ?? [];
  expect(texts[0]).toContain("An index needs it. Delete the index first, or select both.");
  expect(texts[1]).toContain("Not deleted");
  expect(texts[2]).toContain("Deleted");
  expect(screen.queryByTestId("deletion-confirm")).toBeNull();
  expect(await accessibilityViolations(modal)).toEqual([]);
  expect(onClose).not.toHaveBeenCalled();
  fireEvent.click(screen.getByTestId("error-action-retry"));
  expect(await screen.findByTestId("deletion-confirm")).toBeTruthy();
  expect(deletionPlan).toHaveBeenCalledTimes(2);
});

it("stays open while it deletes, shows progress, and stops on request", async () => {
  const plan = deletionPlanOf("d", [plannedRepository("pgcli", [one("a"), one("b")])]);
  let answer: (report: DeletionReport) => void = () => {};
  let report: (progress: DeletionProgress) => void = () => {};
  const deletionStop = vi.fn(async () => {});
  const { modal, onClose } = show(plan, {
    deletionRun: (_deletion, onProgress) => {
      report = onProgress;
      return new Promise<DeletionReport>((resolve) => {
        answer = resolve;
      });
    },
    deletionStop,
  });
  await confirm();
  await screen.findByTestId("deletion-progress");
  act(() => report({ phase: "reading_manifests", done: 1, total: 3 }));
  expect(modal.textContent).toContain("1 of 3");
  expect(modal.textContent).toContain("Nothing is deleted yet.");
  act(() => report({ phase: "deleting", done: 1, total: 2 }));
  expect(modal.textContent).toContain("1 of 2");
  expect(modal.textContent).toContain("deleted images aren’t restored");
  fireEvent.click(screen.getByTestId("deletion-close"));
  act(() =>
    createWrapper(modal.parentElement as HTMLElement)
      .findModal()
      ?.findDismissButton()
      ?.click(),
  );
  fireEvent.keyDown(modal, { key: "Escape", keyCode: 27 });
  expect(onClose).not.toHaveBeenCalled();
  fireEvent.click(screen.getByTestId("deletion-stop"));
  expect(deletionStop).toHaveBeenCalledWith("d");
  expect(modal.textContent).toContain("Stopping after the current request");
  const stopped = deletionReportOf(plan, () => ({ deleted: [digest("a")] }));
  await act(async () => answer({ ...stopped, stopped: true }));
  const result = await screen.findByTestId("deletion-result");
  expect(result.textContent).toContain("1 of 2 images deleted. You stopped the deletion.");
  fireEvent.click(screen.getByTestId("deletion-close"));
  expect(onClose).toHaveBeenCalledTimes(1);
});

it("says why nothing can be deleted, and offers to try a failed dry run again", async () => {
  const kept = [
    { digest: digest("a"), tags: ["v2-arm64"], why: { kind: "used_by" as const, images: ["v2"] } },
  ];
  const plan = deletionPlanOf("d", [plannedRepository("pgcli", [], { kept })]);
  const { modal } = show(plan);
  await screen.findByText("Nothing can be deleted.");
  expect(modal.textContent).toContain("v2 uses it.");
  expect(screen.queryByTestId("deletion-confirm")).toBeNull();
});

it("shows the error of a dry run with Retry", async () => {
  const { deletionPlan } = show(
    Object.assign(new Error(), fakeError("throttled", "ECR wants fewer calls.")),
  );
  fireEvent.click(await screen.findByTestId("error-action-retry"));
  await waitFor(() => expect(deletionPlan).toHaveBeenCalledTimes(2));
});
