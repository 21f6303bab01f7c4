import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import { errorEntry, errorNextSteps } from "../../errors";
import type { ApiError } from "../../ipc/generated";
import { formatCounted } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";
import type { Deletion } from "./deleteImages";
import type { ImageRow } from "./imageRows";

interface DeletedImagesTableProps {
  images: readonly ImageRow[];
  /** What became of them; nothing before it was asked for. */
  deletion: Deletion | null;
}

/** Images that are to be deleted, with every tag that goes with them, and what became of each. */
export function DeletedImagesTable({ images, deletion }: DeletedImagesTableProps) {
  const deleted = new Set(deletion?.deleted ?? []);
  const outcome: TableProps.ColumnDefinition<ImageRow> = {
    id: "outcome",
    header: "Result",
    minWidth: 220,
    cell: ({ digest }) => (
      <Outcome deleted={deleted.has(digest)} why={deletion?.left.get(digest)} />
    ),
  };
  // What stays is what a person looks for.
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
      finds="an image by tag or digest"
      ariaLabels={{ tableLabel: "Images to delete" }}
      columnDefinitions={[
        {
          id: "tags",
          header: "Tags",
          isRowHeader: true,
          minWidth: 140,
          cell: ({ tags }) => (
            <div style={{ overflowWrap: "anywhere" }}>
              {tags.length === 0 ? "No tag" : tags.join(", ")}
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

function Outcome({ deleted, why }: { deleted: boolean; why: ApiError | undefined }) {
  if (deleted) {
    return <StatusIndicator type="success">Deleted</StatusIndicator>;
  }
  return why === undefined ? (
    <StatusIndicator type="stopped">Not asked for</StatusIndicator>
  ) : (
    <>
      <StatusIndicator type={errorEntry(why).severity}>{errorEntry(why).title}</StatusIndicator>
      <div style={{ wordBreak: "normal", overflowWrap: "anywhere" }} data-error-code={why.code}>
        {errorEntry(why).text(why)} {errorNextSteps(why)[0]}
      </div>
    </>
  );
}

/** How many images and tags go, in words: `3 images and 4 tags`. */
export function imagesAndTags(images: readonly ImageRow[]): string {
  const tags = images.reduce((sum, image) => sum + image.tags.length, 0);
  const counted = formatCounted(images.length, "image", "images");
  return tags === 0 ? counted : `${counted} and ${formatCounted(tags, "tag", "tags")}`;
}
