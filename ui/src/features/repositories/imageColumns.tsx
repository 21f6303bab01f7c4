import Badge from "@cloudscape-design/components/badge";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { Bytes } from "../../shared/Bytes";
import { CopyableDigest } from "../../shared/CopyableText";
import { RelativeTime } from "../../shared/RelativeTime";
import { imageKindLabels, type RepositoryImageRow } from "./repositoryImageRows";

/** Number of shown tags. ECR allows 1,000 tags per image. */
const shownTags = 8;

function TagsCell({ row }: { row: RepositoryImageRow }) {
  if (row.isEntry) {
    return <span>{row.platform ?? imageKindLabels[row.kind]}</span>;
  }
  if (row.tags.length === 0) {
    return <span>Untagged</span>;
  }
  const rest = row.tags.length - shownTags;
  return (
    <SpaceBetween direction="horizontal" size="xxs">
      {row.tags.slice(0, shownTags).map((tag) => (
        <Badge key={tag} color="blue">
          {tag}
        </Badge>
      ))}
      {rest > 0 && <span title={row.tags.slice(shownTags).join(", ")}>and {rest} more</span>}
    </SpaceBetween>
  );
}

export const imageColumns: TableProps.ColumnDefinition<RepositoryImageRow>[] = [
  {
    id: "tags",
    header: "Tags, platforms",
    isRowHeader: true,
    minWidth: 220,
    sortingComparator: (one, other) => (one.tags[0] ?? "").localeCompare(other.tags[0] ?? ""),
    cell: (row) => <TagsCell row={row} />,
  },
  {
    id: "digest",
    header: "Digest",
    minWidth: 240,
    sortingField: "digest",
    cell: (row) => (
      <CopyableDigest digest={row.digest} what={`digest ${row.digest.slice(0, 19)}`} />
    ),
  },
  {
    id: "kind",
    header: "Type",
    sortingComparator: (one, other) =>
      imageKindLabels[one.kind].localeCompare(imageKindLabels[other.kind]),
    cell: (row) => <span title={row.mediaType ?? undefined}>{imageKindLabels[row.kind]}</span>,
  },
  {
    id: "size",
    header: "Size",
    sortingComparator: (one, other) => (one.sizeBytes ?? 0) - (other.sizeBytes ?? 0),
    cell: (row) => <Bytes bytes={row.sizeBytes} />,
  },
  {
    id: "pushed",
    header: "Pushed",
    sortingComparator: (one, other) => (one.pushedAtMs ?? 0) - (other.pushedAtMs ?? 0),
    cell: (row) => (row.isEntry ? null : <RelativeTime timeMs={row.pushedAtMs} />),
  },
  {
    id: "pulled",
    header: "Last pulled",
    sortingComparator: (one, other) => (one.pulledAtMs ?? 0) - (other.pulledAtMs ?? 0),
    cell: (row) => (row.isEntry ? null : <RelativeTime timeMs={row.pulledAtMs} />),
  },
];
