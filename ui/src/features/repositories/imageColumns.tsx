import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import type { ReactNode } from "react";
import { Bytes } from "../../shared/Bytes";
import { CopyableDigest, CopyButton } from "../../shared/CopyableText";
import { formatCount } from "../../shared/format";
import { LastPull } from "../../shared/LastPull";
import { OneLine } from "../../shared/MiddleEllipsis";
import { RelativeTime } from "../../shared/RelativeTime";
import { isKnown } from "../../shared/reported";
import { StatusText } from "../../shared/StatusText";
import type { Column } from "../../shared/tablePreferences";
import {
  type AttachedCounts,
  imageKindLabels,
  imageName,
  imageStatusLabel,
  type RepositoryImageRow,
} from "./repositoryImageRows";

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
  if (!isKnown(row.status)) {
    return (
      <span title="Transload doesn’t know the status of this image and doesn’t read it.">
        {children}
      </span>
    );
  }
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
    const text = row.platform ?? row.tags[0] ?? imageKindLabels[row.kind];
    return (
      <OpenButton row={row} onOpen={onOpen} text={text}>
        {text}
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
          <span title={row.note ?? undefined}>Untagged</span>
        </OpenButton>
      ) : (
        <span className="names-line">
          <OpenButton row={row} onOpen={onOpen} text={first}>
            <OneLine text={first} />
          </OpenButton>
          {rest.length === 1 && <OneLine text={`, ${rest[0]}`} title={rest[0]} />}
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

/** What is in an image, or its type if it has no parts. */
function ContentsCell({ row }: { row: RepositoryImageRow }) {
  if (row.isEntry) {
    return row.note;
  }
  const { platforms, contents, contentsInFull, note, mediaType } = row;
  const title = [platforms.join(", "), contentsInFull, note ?? ""].filter((part) => part !== "");
  return (
    <span title={title.join("\n") || (mediaType ?? undefined)}>
      {contents || note || imageKindLabels[row.kind]}
    </span>
  );
}

/** The size, with a sign if it is a bound. */
function SizeCell({ row }: { row: RepositoryImageRow }) {
  if (row.sizeIsExact || row.sizeBytes === null) {
    return <Bytes bytes={row.sizeBytes} />;
  }
  const title = row.isUnread
    ? "At least: ECR reports the largest image of an index that wasn’t read."
    : "At most. Compute sizes to count shared layers once.";
  return (
    <span title={title}>
      {row.isUnread ? "≥ " : "≤ "}
      <Bytes bytes={row.sizeBytes} />
    </span>
  );
}

const statusTypes = { active: "success", archived: "stopped", activating: "in-progress" } as const;

/** A column that says whether something is attached to an image. Nothing is verified. */
function attachedColumn(
  id: string,
  header: string,
  what: keyof AttachedCounts,
): Column<RepositoryImageRow> {
  const count = ({ attached }: RepositoryImageRow) => attached?.[what] ?? -1;
  return {
    id,
    header,
    width: 105,
    hidden: true,
    sortingComparator: (one, other) => count(one) - count(other),
    cell: (row) => {
      if (row.isEntry) {
        return null;
      }
      const found = count(row);
      const text = found < 0 ? "–" : found === 0 ? "No" : found === 1 ? "Yes" : formatCount(found);
      return <span title={found > 0 ? "Present, not verified" : undefined}>{text}</span>;
    },
  };
}

/** Columns of the images of a repository with this URI. */
export function imageColumns(
  uri: string,
  onOpen: (row: RepositoryImageRow) => void,
  /** Whether some images are archived, so that the status tells them apart. */
  someArchived: boolean,
  /** Whether some images have parts, which their contents name. */
  someParts: boolean,
): Column<RepositoryImageRow>[] {
  return [
    {
      id: "tags",
      header: "Tags",
      isRowHeader: true,
      width: 190,
      minWidth: 140,
      grow: 2,
      sortingComparator: (one, other) => (one.tags[0] ?? "").localeCompare(other.tags[0] ?? ""),
      cell: (row) => <TagsCell row={row} uri={uri} onOpen={onOpen} />,
    },
    {
      id: "kind",
      header: "Type",
      width: 115,
      hidden: true,
      sortingComparator: (one, other) =>
        imageKindLabels[one.kind].localeCompare(imageKindLabels[other.kind]),
      cell: (row) => <span title={row.mediaType ?? undefined}>{imageKindLabels[row.kind]}</span>,
    },
    {
      id: "contents",
      header: "Contents",
      // As wide as “2 platforms, SBOM, provenance”.
      width: 230,
      minWidth: 130,
      grow: 1,
      keepsWidth: someParts,
      sortingField: "contents",
      cell: (row) => <ContentsCell row={row} />,
    },
    {
      id: "size",
      header: "Size",
      width: 100,
      steady: true,
      sortingComparator: (one, other) => (one.sizeBytes ?? 0) - (other.sizeBytes ?? 0),
      cell: (row) => <SizeCell row={row} />,
    },
    {
      id: "only-here",
      header: "Only here",
      width: 95,
      hidden: true,
      sortingComparator: (one, other) => (one.onlyHereBytes ?? 0) - (other.onlyHereBytes ?? 0),
      cell: (row) => (row.isEntry ? null : <Bytes bytes={row.onlyHereBytes} />),
    },
    {
      id: "pushed",
      header: "Pushed",
      width: 130,
      steady: true,
      sortingComparator: (one, other) => (one.pushedAtMs ?? 0) - (other.pushedAtMs ?? 0),
      cell: (row) => (row.isEntry ? null : <RelativeTime timeMs={row.pushedAtMs} />),
    },
    {
      id: "pulled",
      header: "Last pulled",
      width: 135,
      steady: true,
      hideOrder: 2,
      sortingComparator: (one, other) => (one.pulledAtMs ?? 0) - (other.pulledAtMs ?? 0),
      cell: (row) => (
        <LastPull name={imageName(row)} pulledAtMs={row.pulledAtMs} ownReadAtMs={row.ownReadAtMs} />
      ),
    },
    attachedColumn("signed", "Signed", "signatures"),
    attachedColumn("sbom", "SBOM", "sboms"),
    attachedColumn("provenance", "Provenance", "provenances"),
    {
      id: "status",
      header: "Status",
      hidden: !someArchived,
      width: 100,
      sortingComparator: (one, other) =>
        imageStatusLabel(one.status).localeCompare(imageStatusLabel(other.status)),
      cell: ({ status }) => (
        <StatusText type={isKnown(status) ? statusTypes[status] : "warning"}>
          {imageStatusLabel(status)}
        </StatusText>
      ),
    },
    {
      id: "digest",
      header: "Digest",
      width: 212,
      steady: true,
      hideOrder: 3,
      sortingField: "digest",
      cell: (row) => (
        <CopyableDigest digest={row.digest} what={`digest ${row.digest.slice(0, 19)}`} />
      ),
    },
  ];
}
