/** What a planned deletion deletes and keeps, in words and as rows of a table. */
import type { DeletionPlan, DeletionTarget, ImageToDelete, KeptReason } from "../../ipc/generated";
import { formatCount, formatCounted, shortDigest } from "../../shared/format";
import { undoCondition } from "../../shared/noUndo";
import { freedNote, freedText } from "./LifecycleEffects";

/** An image pulled in this time gets a warning: 30 days. */
const pulledLatelyMs = 30 * 24 * 60 * 60 * 1000;

/** A row of the table of a deletion. */
export interface DeletedImageRow {
  readonly repository: string;
  readonly image: ImageToDelete;
  /** The name of the chosen image that it is deleted with, or `null` for a chosen image. */
  readonly goesWith: string | null;
}

const repositoriesOf = (count: number) => formatCounted(count, "repository", "repositories");
const imagesOf = (count: number) => formatCounted(count, "image", "images");
const tagsOf = (count: number) => formatCounted(count, "tag", "tags");

/** The title of the dialog. */
export function deletionTitle(target: DeletionTarget): string {
  if (target.kind !== "repositories") {
    return `Delete from ${target.repository}`;
  }
  return target.names.length === 1
    ? `Delete ${target.names[0]}`
    : `Delete ${repositoriesOf(target.names.length)}`;
}

/** The label of the button, or `null` if nothing is deleted. */
export function deletionLabel({ totals, repositories }: DeletionPlan): string | null {
  const only = repositories.length === 1 ? repositories[0] : undefined;
  if (totals.repositories > 0) {
    return only === undefined
      ? `Delete ${repositoriesOf(totals.repositories)}`
      : `Delete ${only.name}`;
  }
  if (totals.images > 0) {
    return totals.tags > 0
      ? `Delete ${imagesOf(totals.images)} with ${tagsOf(totals.tags)}`
      : `Delete ${imagesOf(totals.images)}`;
  }
  return only?.tag ? `Delete the tag ${only.tag.tag}` : null;
}

/** What the plan deletes, in sentences. */
export function deletionSummary(plan: DeletionPlan): readonly string[] {
  const { totals, freed, repositories } = plan;
  const only = repositories.length === 1 ? repositories[0] : undefined;
  if (only?.tag) {
    return [`This permanently deletes the tag ${only.tag.tag}. Its image and other tags are kept.`];
  }
  if (totals.images === 0) {
    return totals.repositories === 0
      ? ["Nothing can be deleted."]
      : [
          totals.repositories === 1
            ? "The repository contains no images. It is permanently deleted in ECR with its settings."
            : `The ${repositoriesOf(totals.repositories)} contain no images. They are permanently deleted in ECR with their settings.`,
        ];
  }
  const images = repositories.flatMap((one) => one.images);
  const parts = images.filter(({ digest, goes_with }) => digest !== goes_with).length;
  const archived = images.filter((image) => image.is_archived).length;
  const pulled = images.filter(
    ({ pulled_at_ms }) => pulled_at_ms !== null && Date.now() - pulled_at_ms < pulledLatelyMs,
  ).length;
  const what =
    totals.repositories === 0
      ? imagesOf(totals.images)
      : `${only === undefined ? repositoriesOf(totals.repositories) : only.name} and ${imagesOf(totals.images)}`;
  const undo = undoCondition(totals.images, plan.no_undo);
  const sentences = [
    `This ${undo === null ? "permanently deletes" : "deletes"} ${what}${totals.tags > 0 ? ` with ${tagsOf(totals.tags)}` : ""} in ECR and frees ${freedText(freed)}. Pulls by tag or digest will fail.`,
  ];
  const note = freedNote(freed);
  if (note !== null) {
    sentences.push(note);
  }
  if (parts > 0 && totals.repositories > 0) {
    sentences.push(
      `${formatCount(parts)} of them ${parts === 1 ? "is a part of another one" : "are parts of others"}: platforms, attestations, and signatures.`,
    );
  } else if (parts > 0) {
    sentences.push(
      `${imagesOf(parts)} that only the selected images use ${parts === 1 ? "is" : "are"} included: platforms, attestations, and signatures.`,
    );
  }
  if (pulled > 0) {
    sentences.push(
      `${imagesOf(pulled)} ${pulled === 1 ? "was" : "were"} pulled in the last 30 days.`,
    );
  }
  if (archived > 0) {
    sentences.push(
      `${imagesOf(archived)} ${archived === 1 ? "is" : "are"} archived. AWS bills archive storage for at least 90 days, also after a deletion.`,
    );
  }
  if (undo !== null) {
    sentences.push(undo);
  }
  return sentences;
}

/** The rows of the table: every image that is deleted, in the order of the deletion. */
export function deletedImageRows(plan: DeletionPlan): readonly DeletedImageRow[] {
  return plan.repositories.flatMap(({ name, images }) => {
    const names = new Map(
      images.map(({ digest, tags }) => [digest, tags[0] ?? shortDigest(digest)]),
    );
    return images.map((image) => ({
      repository: name,
      image,
      goesWith:
        image.goes_with === image.digest
          ? null
          : (names.get(image.goes_with) ?? shortDigest(image.goes_with)),
    }));
  });
}

/** Why an image is kept. */
export function keptText(why: KeptReason): string {
  switch (why.kind) {
    case "used_by":
      return `${why.images.slice(0, 3).join(", ")}${why.images.length > 3 ? ` and ${formatCount(why.images.length - 3)} more` : ""} ${why.images.length === 1 ? "uses" : "use"} it.`;
    case "has_tag":
      return "It has its own tag and wasn’t selected.";
    case "missing":
      return "It is no longer in the repository.";
    case "tag_moved":
      return `The tag ${why.tag} no longer points to it.`;
    case "unknown_status":
      return `ECR reports the status ${why.status}, which Transload doesn’t know.`;
  }
}
