import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import type { ReactNode } from "react";
import { Bytes } from "../../shared/Bytes";
import { CopyableDigest, CopyButton } from "../../shared/CopyableText";
import { formatCount } from "../../shared/format";
import { MiddleEllipsis } from "../../shared/MiddleEllipsis";
import { RelativeTime } from "../../shared/RelativeTime";
import type { Column } from "../../shared/tablePreferences";
import { imageKindLabels, imageName, type RepositoryImageRow } from "./repositoryImageRows";

interface TagsCellProps {
  row: RepositoryImageRow;
  uri: string;
  onOpen: (row: RepositoryImageRow) => void;
}

interface OpenButtonProps {
  row: RepositoryImageRow;
  onOpen: (row: RepositoryImageRow) => void;
  text: string;
  children: ReactNode;
}

/** The name of an image, which opens its page. */
function OpenButton({ row, onOpen, text, children }: OpenButtonProps) {
  return (
    <Button
      variant="inline-link"
      ariaLabel={`Open ${text}`}
      onClick={() => onOpen(row)}
      data-testid={`image-open-${text}`}
    >
      {children}
    </Button>
  );
}

/** The first tags in one line, with the number of the others. */
function TagsCell({ row, uri, onOpen }: TagsCellProps) {
  if (row.isEntry) {
    return (
      <OpenButton row={row} onOpen={onOpen} text={row.platform ?? imageKindLabels[row.kind]}>
        {row.platform ?? imageKindLabels[row.kind]}
      </OpenButton>
    );
  }
  const [first, ...rest] = row.tags;
  const reference = first === undefined ? `${uri}@${row.digest}` : `${uri}:${first}`;
  return (
    <span className="copyable-line">
      <CopyButton text={reference} what={`the URI of ${imageName(row)}`} />
      {first === undefined ? (
        <OpenButton row={row} onOpen={onOpen} text="Untagged">
          Untagged
        </OpenButton>
      ) : (
        <span className="middle-ellipsis">
          <OpenButton row={row} onOpen={onOpen} text={first}>
            <MiddleEllipsis text={first} />
          </OpenButton>
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
export function imageColumns(
  uri: string,
  onOpen: (row: RepositoryImageRow) => void,
): Column<RepositoryImageRow>[] {
  return [
    {
      id: "tags",
      header: "Tags, platforms",
      isRowHeader: true,
      width: 160,
      grow: 1,
      sortingComparator: (one, other) => (one.tags[0] ?? "").localeCompare(other.tags[0] ?? ""),
      cell: (row) => <TagsCell row={row} uri={uri} onOpen={onOpen} />,
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
