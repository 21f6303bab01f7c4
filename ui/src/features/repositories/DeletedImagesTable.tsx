import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import { nextSteps, wordsOf } from "../../errors";
import type { ApiError } from "../../ipc/generated";
import { formatCounted } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";
import type { Deletion } from "./deleteImages";
import type { RepositoryImageRow } from "./repositoryImageRows";

interface DeletedImagesTableProps {
  images: readonly RepositoryImageRow[];
  /** The result, or `null` before the deletion. */
  deletion: Deletion | null;
}

/** The images to delete with their tags, and the result of each. */
export function DeletedImagesTable({ images, deletion }: DeletedImagesTableProps) {
  const deleted = new Set(deletion?.deleted ?? []);
  const outcome: TableProps.ColumnDefinition<RepositoryImageRow> = {
    id: "outcome",
    header: "Result",
    minWidth: 220,
    cell: ({ digest }) => (
      <DeletionResult deleted={deleted.has(digest)} why={deletion?.left.get(digest)} />
    ),
  };
  // Failed images come first.
  const rows =
    deletion === null
      ? images
      : [...images].sort(
          (one, other) => Number(deleted.has(one.digest)) - Number(deleted.has(other.digest)),
        );
  return (
    <PagedTable
      variant="embedded"
      items={rows}
      trackBy="id"
      wrapLines
      words={({ tags, digest }) => [...tags, digest]}
      finds="images by tag or digest"
      ariaLabels={{ tableLabel: "Images to delete" }}
      columnDefinitions={[
        {
          id: "tags",
          header: "Tags",
          isRowHeader: true,
          minWidth: 140,
          cell: ({ tags }) => (
            <div style={{ overflowWrap: "anywhere" }}>
              {tags.length === 0 ? "Untagged" : tags.join(", ")}
            </div>
          ),
        },
        {
          id: "digest",
          header: "Digest",
          minWidth: 260,
          cell: ({ digest }) => (
            <div style={{ overflowWrap: "anywhere" }}>
              <Box variant="code">{digest}</Box>
            </div>
          ),
        },
        ...(deletion === null ? [] : [outcome]),
      ]}
      data-testid="images-to-delete"
    />
  );
}

function DeletionResult({ deleted, why }: { deleted: boolean; why: ApiError | undefined }) {
  if (deleted) {
    return <StatusIndicator type="success">Deleted</StatusIndicator>;
  }
  return why === undefined ? (
    <StatusIndicator type="stopped">Not deleted</StatusIndicator>
  ) : (
    <>
      <StatusIndicator type={wordsOf(why).severity}>{wordsOf(why).title}</StatusIndicator>
      <div style={{ wordBreak: "normal", overflowWrap: "anywhere" }} data-error-code={why.code}>
        {why.message} {nextSteps(why)[0]}
      </div>
    </>
  );
}

/** Counts images and tags: `3 images and 4 tags`. */
export function imagesAndTags(images: readonly RepositoryImageRow[]): string {
  const tags = images.reduce((sum, image) => sum + image.tags.length, 0);
  const counted = formatCounted(images.length, "image", "images");
  return tags === 0 ? counted : `${counted} and ${formatCounted(tags, "tag", "tags")}`;
}
