import { expect, it } from "vitest";
import type { NoUndo } from "../ipc/generated";
import { noUndoText } from "./noUndo";

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
    "No undo for 2 images: ECR can’t return their manifests from the archive.",
  ],
  [
    { images: 2, why: { kind: "repository" } },
    "No undo for 2 images: ECR deletes their layers with the repository.",
  ],
  [{ images: 1, why: { kind: "unread" } }, "No undo for 1 image: its manifest couldn’t be read."],
])("says of %j why it has no undo", (images, text) => {
  expect(noUndoText(images)).toBe(text);
});
