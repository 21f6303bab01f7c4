import Badge from "@cloudscape-design/components/badge";
import { Bytes } from "../../shared/Bytes";
import { CopyableDigest, CopyButton } from "../../shared/CopyableText";
import { formatCount } from "../../shared/format";
import { MiddleEllipsis } from "../../shared/MiddleEllipsis";
import { RelativeTime } from "../../shared/RelativeTime";
import type { Column } from "../../shared/tablePreferences";
import { imageKindLabels, imageName, type RepositoryImageRow } from "./repositoryImageRows";

/** The first tags in one line, with the number of the others. */
function TagsCell({ row, uri }: { row: RepositoryImageRow; uri: string }) {
  if (row.isEntry) {
    return <span>{row.platform ?? imageKindLabels[row.kind]}</span>;
  }
  const [first, ...rest] = row.tags;
  const reference = first === undefined ? `${uri}@${row.digest}` : `${uri}:${first}`;
  return (
    <span className="copyable-line">
      <CopyButton text={reference} what={`the URI of ${imageName(row)}`} />
      {first === undefined ? (
        <span>Untagged</span>
      ) : (
        <span className="middle-ellipsis">
          <MiddleEllipsis text={first} />
          {rest.length === 1 && `, ${rest[0]}`}
          {rest.length > 1 && (
            <span title={rest.join(", ")}>
              {" "}
              <Badge>{`+${formatCount(rest.length)}`}</Badge>
            </span>
          )}
        </span>
      )}
    </span>
  );
}

/** Columns of the images of a repository with this URI. */
export function imageColumns(uri: string): Column<RepositoryImageRow>[] {
  return [
    {
      id: "tags",
      header: "Tags, platforms",
      isRowHeader: true,
      width: 160,
      grow: 1,
      sortingComparator: (one, other) => (one.tags[0] ?? "").localeCompare(other.tags[0] ?? ""),
      cell: (row) => <TagsCell row={row} uri={uri} />,
    },
    {
      id: "kind",
      header: "Type",
      width: 110,
      sortingComparator: (one, other) =>
        imageKindLabels[one.kind].localeCompare(imageKindLabels[other.kind]),
      cell: (row) => <span title={row.mediaType ?? undefined}>{imageKindLabels[row.kind]}</span>,
    },
    {
      id: "size",
      header: "Size",
      width: 95,
      sortingComparator: (one, other) => (one.sizeBytes ?? 0) - (other.sizeBytes ?? 0),
      cell: (row) => <Bytes bytes={row.sizeBytes} />,
    },
    {
      id: "pushed",
      header: "Pushed",
      width: 110,
      sortingComparator: (one, other) => (one.pushedAtMs ?? 0) - (other.pushedAtMs ?? 0),
      cell: (row) => (row.isEntry ? null : <RelativeTime timeMs={row.pushedAtMs} />),
    },
    {
      id: "pulled",
      header: "Last pulled",
      width: 110,
      sortingComparator: (one, other) => (one.pulledAtMs ?? 0) - (other.pulledAtMs ?? 0),
      cell: (row) => (row.isEntry ? null : <RelativeTime timeMs={row.pulledAtMs} />),
    },
    {
      id: "digest",
      header: "Digest",
      width: 190,
      sortingField: "digest",
      cell: (row) => (
        <CopyableDigest digest={row.digest} what={`digest ${row.digest.slice(0, 19)}`} />
      ),
    },
  ];
}
