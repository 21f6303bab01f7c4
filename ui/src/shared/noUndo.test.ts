import { expect, it } from "vitest";
import type { NoUndo } from "../ipc/generated";
import { noUndoText, undoCondition } from "./noUndo";

it.each<[NoUndo, string]>([
  [
    { images: 1, why: { kind: "denied", action: "ecr:BatchGetImage" } },
    "No undo for 1 image: reading its manifest requires the permission ecr:BatchGetImage that you don’t have.",
  ],
  [
    { images: 1200, why: { kind: "denied", action: null } },
    "No undo for 1,200 images: reading their manifests requires a permission that you don’t have.",
  ],
  [
    { images: 2, why: { kind: "archived" } },
    "No undo for 2 images: ECR can’t return their manifests and layers from the archive.",
  ],
  [
    { images: 2, why: { kind: "repository" } },
    "No undo for 2 images: ECR deletes their layers with the repository.",
  ],
  [
    { images: 1, why: { kind: "part_missing" } },
    "No undo for 1 image: the repository lacks an image that it lists.",
  ],
  [
    { images: 2, why: { kind: "part_missing" } },
    "No undo for 2 images: the repository lacks an image that they list.",
  ],
  [{ images: 1, why: { kind: "unread" } }, "No undo for 1 image: its manifest couldn’t be read."],
])("says of %j why it has no undo", (images, text) => {
  expect(noUndoText(images)).toBe(text);
});

const lasts = "layers. AWS doesn’t document for how long.";

it.each<[number, number, string | null]>([
  [0, 0, null],
  [1, 0, `It can be restored in History as long as ECR keeps its ${lasts}`],
  [3, 0, `They can be restored in History as long as ECR keeps their ${lasts}`],
  [3, 1, `The others can be restored in History as long as ECR keeps their ${lasts}`],
  [3, 3, null],
])("says on what the undo of %i images depends, of which %i have none", (images, lost, text) => {
  const noUndo = lost === 0 ? [] : [{ images: lost, why: { kind: "archived" } as const }];
  expect(undoCondition(images, noUndo)).toBe(text);
});
