import { expect, it } from "vitest";
import { singleRows } from "../../../ipc/fake/repositoryRows";
import type { AffectedImage, RepositoryImage } from "../../../ipc/generated";
import { policyMonths, pushThresholds } from "./policyMonths";

const now = Date.UTC(2026, 10, 30);

const image = (digest: string, pushedAtMs: number) =>
  ({ digest, pushed_at_ms: pushedAtMs }) as RepositoryImage;

const detailsOf = (images: RepositoryImage[], parts: RepositoryImage[] = []) => ({
  images: [...images, ...parts],
  rows: singleRows(images),
});

it("counts what stays and what goes by the month of the push", () => {
  const images = [
    image("a", Date.UTC(2026, 8, 1)),
    image("b", Date.UTC(2026, 8, 30, 23)),
    image("c", Date.UTC(2026, 10, 2)),
  ];
  const affected = [{ digest: "a" }] as AffectedImage[];
  const platform = image("platform of c", Date.UTC(2026, 10, 2));
  expect(
    policyMonths(detailsOf(images, [platform]), affected, now).map(({ label, stays, goes }) => [
      label,
      stays,
      goes,
    ]),
  ).toEqual([
    ["Sep 2026", 1, 1],
    ["Oct 2026", 0, 0],
    ["Nov 2026", 1, 0],
  ]);
  const old = policyMonths(detailsOf([image("a", Date.UTC(2019, 0, 1)), ...images]), affected, now);
  expect([old.length, old[0]?.label, old[0]?.goes]).toEqual([24, "Until Dec 2024", 1]);
  expect(policyMonths(detailsOf([]), [], now)).toEqual([]);
});

it.each([
  ["{", []],
  ["{}", []],
  [
    JSON.stringify({
      rules: [
        { selection: { countType: "sinceImagePushed", countNumber: 90 } },
        { selection: { countType: "imageCountMoreThan", countNumber: 5 } },
        { selection: { countType: "sinceImagePushed", countNumber: 14 } },
        { selection: { countType: "sinceImagePushed", countNumber: 14 } },
      ],
    }),
    [14, 90],
  ],
])("finds the ages of the rules of %.20s", (text, days) => {
  expect(pushThresholds(text)).toEqual(days);
});
