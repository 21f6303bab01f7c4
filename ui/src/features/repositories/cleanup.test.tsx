import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { type Backend, BackendProvider } from "../../ipc";
import {
  deletionPlanOf,
  deletionReportOf,
  plannedImage,
  plannedRepository,
} from "../../ipc/fake/deletion";
import type {
  CleanupImage,
  CleanupProposal,
  ExclusionReason,
  RepositoryDetails,
} from "../../ipc/generated";
import { accessibilityViolations } from "../../testing/accessibility";
import {
  practice as connection,
  numberedDigest as digest,
  isDisabled,
  press,
  renderWith,
} from "../../testing/component";
import { shopDetails } from "../../testing/repository";
import { CleanupTab } from "./CleanupTab";
import { deletionSummary } from "./deletionTexts";
import { freedText } from "./LifecycleEffects";

const details = shopDetails();

function image(number: number, tags: string[] = []): CleanupImage {
  return { digest: digest(number), kind: "image", tags, pushed_at_ms: 1, pulled_at_ms: null };
}

const oneImage = plannedImage({ digest: digest(1), tags: [], kind: "image", size_bytes: 6 });

function proposal(part: Partial<CleanupProposal>): CleanupProposal {
  const images = part.images ?? [];
  return {
    class: "orphans",
    unread_manifests: 0,
    images,
    kept: [],
    deleted: images.map((one) => one.digest),
    freed: { at_least: 6_000_000, at_most: 6_000_000, may_be_shared: false },
    ...part,
  };
}

function show(proposals: CleanupProposal[], part: Partial<Backend> = {}) {
  const onChanged = vi.fn();
  const propose = vi.fn(async () => ({ proposals, unknown: [] }));
  const backend: Partial<Backend> = {
    repositoryCleanup: propose as Backend["repositoryCleanup"],
    ...part,
  };
  const view = renderWith(
    backend,
    <CleanupTab connection={connection} details={details} onChanged={onChanged} />,
  );
  return { ...view, onChanged, propose };
}

it("offers each class with the bytes that it frees, and nothing of a class that isn't known", async () => {
  const { container, propose } = show([
    proposal({ images: [image(1)] }),
    proposal({ class: "loose_images", unread_manifests: 2 }),
  ]);
  await screen.findByText("Orphaned referrers");
  expect(container.textContent).toContain("6 MB");
  expect(container.textContent).toContain("Unknown: 2 manifests weren’t read");
  expect(isDisabled("cleanup-review-loose_images")).toBe(true);
  expect(await accessibilityViolations(container)).toEqual([]);
  const tags = createWrapper(container).findInput('[data-testid="cleanup-protected"]');
  const days = createWrapper(container).findInput('[data-testid="cleanup-days"]');
  for (const [typed, protected_tags, age, unused_days] of [
    ["keep-*", ["keep-*"], "180", 180],
    // No tag contains a comma.
    ["latest, keep-*,x", ["latest", "keep-*", "x"], "90", 90],
    // Not one day.
    ["y", ["y"], "1e3", 180],
  ] as const) {
    act(() => tags?.setInputValue(typed));
    act(() => days?.setInputValue(age));
    await waitFor(() =>
      expect(propose).toHaveBeenLastCalledWith(
        connection,
        "shop/api",
        expect.objectContaining({ protected_tags, unused_days }),
      ),
    );
  }
});

it("keeps the classes while it computes others, and lets none of them be reviewed meanwhile", async () => {
  const ends: ((answer: { proposals: CleanupProposal[]; unknown: [] }) => void)[] = [];
  const propose = vi.fn<Backend["repositoryCleanup"]>(
    () =>
      new Promise((resolve) => {
        ends.push(resolve);
      }),
  );
  const { container } = show([], { repositoryCleanup: propose });
  const answer = (count: number) =>
    act(async () =>
      ends.at(-1)?.({
        proposals: [proposal({ images: Array.from({ length: count }, (_, at) => image(at)) })],
        unknown: [],
      }),
    );
  await answer(1);
  expect(isDisabled("cleanup-review-orphans")).toBe(false);
  const tags = createWrapper(container).findInput('[data-testid="cleanup-protected"]');
  for (const typed of ["k", "ke", "keep"]) {
    act(() => tags?.setInputValue(typed));
    // From the first key on: what is shown doesn't protect this tag.
    expect(isDisabled("cleanup-review-orphans")).toBe(true);
  }
  await waitFor(() => expect(propose).toHaveBeenCalledTimes(2));
  expect(propose).toHaveBeenLastCalledWith(
    connection,
    "shop/api",
    expect.objectContaining({ protected_tags: ["keep"] }),
  );
  expect(screen.getByText("Orphaned referrers")).toBeTruthy();
  expect(isDisabled("cleanup-review-orphans")).toBe(true);
  await answer(2);
  expect(isDisabled("cleanup-review-orphans")).toBe(false);
});

it("computes again for another list of as many images", async () => {
  const propose = vi.fn(async () => ({ proposals: [], unknown: [] }));
  const backend = { repositoryCleanup: propose } as Partial<Backend> as Backend;
  const tab = (shown: RepositoryDetails) => (
    <BackendProvider backend={backend}>
      <CleanupTab connection={connection} details={shown} onChanged={() => {}} />
    </BackendProvider>
  );
  const { rerender } = render(tab(details));
  await waitFor(() => expect(propose).toHaveBeenCalledTimes(1));
  rerender(tab(details));
  rerender(tab({ ...details }));
  await waitFor(() => expect(propose).toHaveBeenCalledTimes(2));
});

it("deletes what was reviewed through the dry run of every deletion", async () => {
  const plan = deletionPlanOf("d", [
    plannedRepository("shop/api", [
      plannedImage(
        { digest: digest(2), tags: [], kind: "signature", size_bytes: 1 },
        { goes_with: digest(1) },
      ),
      plannedImage({ digest: digest(1), tags: [], kind: "image", size_bytes: 5_999_999 }),
    ]),
  ]);
  const planned = vi.fn(async () => plan);
  const deletionRun = vi.fn(async () => deletionReportOf(plan));
  const { onChanged } = show([proposal({ images: [image(1)], deleted: [digest(2), digest(1)] })], {
    deletionPlan: planned,
    deletionRun,
  });
  await screen.findByText("Orphaned referrers");
  press("cleanup-review-orphans");
  const summary = await screen.findByTestId("deletion-summary");
  expect(summary.textContent).toContain("2 images in ECR and frees 6 MB");
  expect(planned).toHaveBeenCalledWith(connection, {
    kind: "images",
    repository: "shop/api",
    digests: [digest(1)],
    class: "orphans",
  });
  expect(deletionRun).not.toHaveBeenCalled();
  expect(screen.getByTestId("deletion-confirm").textContent).toBe("Delete 2 images");
  press("deletion-confirm");
  await waitFor(() => expect(onChanged).toHaveBeenCalled());
  await waitFor(() => expect(screen.queryByTestId("deletion-modal")).toBeNull());
});

it.each([
  [6_000_000, 6_000_000, "6 MB"],
  [0, 6_000_000, "at most 6 MB"],
  [1_000_000, 6_000_000, "between 1 MB and 6 MB"],
])("shows %d to %d freed bytes", (at_least, at_most, words) => {
  expect(freedText({ at_least, at_most, may_be_shared: false })).toBe(words);
});

it("says that layers of other repositories stay with blob mounting", async () => {
  const freed = { at_least: 0, at_most: 6_000_000, may_be_shared: true };
  const note = "With blob mounting, a layer that another repository has too stays stored.";
  const plan = { ...deletionPlanOf("d", [plannedRepository("shop/api", [oneImage])]), freed };
  expect(deletionSummary(plan)[0]).toContain("frees at most 6 MB");
  expect(deletionSummary(plan)).toContain(note);
  const exact = { ...freed, may_be_shared: false };
  expect(deletionSummary({ ...plan, freed: exact })).not.toContain(note);
  const { unmount } = show([proposal({ images: [image(1)], freed: exact })]);
  await screen.findByText("Orphaned referrers");
  expect(screen.queryByTestId("cleanup-shared")).toBeNull();
  unmount();
  show([proposal({}), proposal({ class: "unused", images: [image(1)], freed })]);
  expect((await screen.findByTestId("cleanup-shared")).textContent).toContain(note);
});

it("says why each excluded image is kept", async () => {
  const reasons: [ExclusionReason, string][] = [
    [{ kind: "in_use", count: 2 }, "runs in 2 places"],
    [{ kind: "cached", prefix: "hub" }, "cache rule hub"],
    [{ kind: "migrated", at_ms: 1 }, "migrated it in the last 30 days"],
    [{ kind: "part_of", indexes: ["v2", "v3", "v4", "v5"] }, "part of v2, v3, v4 and 1 more"],
    [{ kind: "protected_tag", tag: "prod-1" }, "The tag prod-1 is protected"],
    [{ kind: "unreadable_tag" }, "can’t be read"],
    [{ kind: "unknown_status", status: "FROZEN" }, "FROZEN"],
    [{ kind: "unread_index" }, "an index that wasn’t read"],
    [{ kind: "pushed_lately", days: 7 }, "pushed or restored in the last 7 days"],
    [
      { kind: "pulled_lately", at_ms: Date.now() - 3 * 3_600_000, by_digest: true },
      "pulled by digest 3 hours ago",
    ],
    [{ kind: "referrer_pushed_lately", days: 7 }, "A signature or another referrer"],
  ];
  const kept = reasons.map(([why], number) => ({ digest: digest(number), tags: [], why }));
  const { container, propose } = show([proposal({ kept })]);
  const table = await screen.findByTestId("cleanup-kept");
  expect(table.textContent).toContain("11 images are kept");
  for (const [, words] of reasons) {
    expect(table.textContent).toContain(words);
  }
  expect(await accessibilityViolations(container)).toEqual([]);
  act(() =>
    createWrapper(container)
      .findCheckbox('[data-testid="cleanup-cached"]')
      ?.findNativeInput()
      .click(),
  );
  await waitFor(() =>
    expect(propose).toHaveBeenLastCalledWith(
      connection,
      "shop/api",
      expect.objectContaining({ include_cached: true }),
    ),
  );
});

it("lets the user choose which of several tags is deleted", async () => {
  const planned = vi.fn(async () => deletionPlanOf("d", [plannedRepository("shop/api", [])]));
  show([proposal({ class: "many_tags", images: [image(1, ["1", "1.2"])], deleted: [] })], {
    deletionPlan: planned,
  });
  await screen.findByText("Several tags");
  press("cleanup-review-many_tags");
  fireEvent.click(await screen.findByLabelText("Delete a tag of 1"));
  await waitFor(() =>
    expect(planned).toHaveBeenCalledWith(connection, {
      kind: "tag",
      repository: "shop/api",
      tag: "1",
      digest: digest(1),
    }),
  );
  expect(screen.queryByTestId("several-tags")).toBeNull();
  expect(screen.getByTestId("deletion-options").textContent).toContain("Tag 1.2");
});
