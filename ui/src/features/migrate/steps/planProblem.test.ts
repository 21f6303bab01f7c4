import { expect, it } from "vitest";
import { plan } from "../../../ipc/fake/recorded/practice";
import type { MigrationPlan } from "../../../ipc/generated";
import { planProblem } from "./ReviewStep";

type Part = Partial<MigrationPlan["totals"]> & { ready?: boolean; kept?: boolean };

function problem({ ready = true, kept = false, ...totals }: Part): string | null {
  const images = plan.images.map((image) =>
    kept ? { ...image, action: { kind: "keep_existing" as const } } : image,
  );
  return planProblem({
    ...plan,
    ready,
    images: images as MigrationPlan["images"],
    totals: { ...plan.totals, ...totals },
  });
}

it.each<[string, Part, string | null]>([
  ["images to copy", {}, null],
  [
    "everything is up to date",
    { images_to_move: 0 },
    "Nothing to copy: all images are up to date.",
  ],
  [
    "the rest is kept",
    { images_to_move: 0, kept: true },
    "Nothing to copy: all images are up to date or skipped.",
  ],
  ["only signatures to copy", { images_to_move: 0, referrer_tags: 1 }, null],
  [
    "a conflict",
    { ready: false, conflicts: 1 },
    "Choose an action for 1 conflict to start the migration.",
  ],
])("the plan can be started only with something to copy: %s", (_case, part, expected) => {
  expect(problem(part)).toBe(expected);
});
