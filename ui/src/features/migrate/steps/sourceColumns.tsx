/**
 * The columns of the table in the Images step: repositories of a source, and below an open one its
 * tags.
 */
import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import { asApiError } from "../../../errors";
import type { RegistryCounterpart, SourceTag } from "../../../ipc/generated";
import { Bytes } from "../../../shared/Bytes";
import { CopyableDigest } from "../../../shared/CopyableText";
import { formatCount, formatCounted } from "../../../shared/format";
import { MiddleEllipsis } from "../../../shared/MiddleEllipsis";
import { RelativeTime } from "../../../shared/RelativeTime";
import { StatusText } from "../../../shared/StatusText";
import type { Column } from "../../../shared/tablePreferences";
import { type BoxState, chosenText } from "./imageSelection";
import { counterpartText } from "./RegistryCounterpartsAlert";
import type { SourceRow, TagList } from "./sourceRows";

/** What the cells of the image table show and do. */
interface SourceCells {
  readonly engine: boolean;
  readonly expanded: ReadonlySet<string>;
  readonly tags: Readonly<Record<string, TagList>>;
  readonly counterparts: Readonly<Record<string, RegistryCounterpart>>;
  readonly box: (row: SourceRow) => BoxState;
  readonly allBox: BoxState;
  readonly chosen: (repository: string) => number;
  readonly onSelect: (row: SourceRow, select: boolean) => void;
  readonly onSelectAll: (select: boolean) => void;
  readonly onExpand: (repository: string, expand: boolean) => void;
  readonly onTags: (repository: string) => void;
  readonly onMore: (repository: string) => void;
}

function progressText({ have, of }: { have: number; of: number }): string {
  return `${formatCount(have)} of ${formatCount(of)}`;
}

function BoxCell({ row, cells }: { row: SourceRow; cells: SourceCells }) {
  if (row.kind !== "repository" && row.kind !== "tag") {
    return null;
  }
  const state = cells.box(row);
  return (
    <Checkbox
      checked={state === "all"}
      indeterminate={state === "some"}
      ariaLabel={`Select ${row.id}`}
      onChange={({ detail }) => cells.onSelect(row, detail.checked)}
    />
  );
}

function NameCell({ row, cells }: { row: SourceRow; cells: SourceCells }) {
  if (row.kind === "repository") {
    const open = cells.expanded.has(row.id);
    return (
      <div className="image-row" data-testid={`repository-${row.id}`}>
        <Button
          variant="inline-icon"
          iconName={open ? "caret-down-filled" : "caret-right-filled"}
          ariaExpanded={open}
          ariaLabel={`${open ? "Hide" : "Show"} tags of ${row.id}`}
          onClick={() => cells.onExpand(row.id, !open)}
        />
        <MiddleEllipsis text={row.id} />
        {row.repository.private && <Badge>Private</Badge>}
      </div>
    );
  }
  return (
    <div className="image-row image-row-nested">
      <NestedCell row={row} cells={cells} />
    </div>
  );
}

function NestedCell({
  row,
  cells,
}: {
  row: Exclude<SourceRow, { kind: "repository" }>;
  cells: SourceCells;
}) {
  switch (row.kind) {
    case "tag":
      return (
        <span className="image-tag" data-testid={`tag-${row.id}`}>
          <MiddleEllipsis text={row.tag.tag} />
        </span>
      );
    case "loading":
      return (
        <StatusText type="loading">
          {row.progress === null ? "Loading tags" : `Loading tags: ${progressText(row.progress)}`}
        </StatusText>
      );
    case "empty":
      return <Box color="text-status-inactive">No matching tags</Box>;
    case "more":
      return (
        <Button variant="inline-link" onClick={() => cells.onMore(row.repository)}>
          {row.progress === null
            ? "Show more tags"
            : `Show more tags (${progressText(row.progress)} shown)`}
        </Button>
      );
    case "error": {
      const { message } = asApiError(row.error);
      return (
        <>
          <span className="one-line" title={message}>
            <StatusText type="error">{message}</StatusText>
          </span>
          <Button variant="inline-link" onClick={() => cells.onTags(row.repository)}>
            Retry
          </Button>
        </>
      );
    }
  }
}

function TagsCell({ row, cells }: { row: SourceRow; cells: SourceCells }) {
  if (row.kind !== "repository") {
    return null;
  }
  const list = cells.tags[row.id];
  const text = chosenText(cells.chosen(row.id), list);
  if (text === null) {
    return list?.loading ? <StatusText type="loading">Loading</StatusText> : null;
  }
  return <span data-testid={`chosen-${row.id}`}>{text}</span>;
}

/** The platform as most images have it is not repeated in every row: `amd64` for `linux/amd64`. */
function shortPlatform(platform: string): string {
  return platform.replace(/^linux\//, "");
}

const namedPlatforms = 2;

/** The platforms of a tag in one line: `amd64, arm64 +3`. */
function PlatformsCell({ tag }: { tag: SourceTag }) {
  const missing = tag.missing_platforms ?? [];
  const named = tag.platforms.slice(0, namedPlatforms).map(shortPlatform).join(", ");
  const others = tag.platforms.length - namedPlatforms;
  const all = tag.platforms.join(", ");
  const text = `${named === "" ? "–" : named}${others > 0 ? ` +${formatCount(others)}` : ""}`;
  if (missing.length === 0) {
    return <span title={all}>{text}</span>;
  }
  const count = formatCounted(missing.length, "platform", "platforms");
  return (
    <span title={`${all}\n${count} of the index not in the engine: ${missing.join(", ")}`}>
      {text} ({formatCount(missing.length)} not in the engine)
    </span>
  );
}

/** Whether the registry of an engine image has more than the engine. */
function CounterpartCell({
  id,
  counterpart,
}: {
  id: string;
  counterpart: RegistryCounterpart | undefined;
}) {
  if (counterpart === undefined) {
    return null;
  }
  return (
    <span title={counterpartText(counterpart)} data-testid={`counterpart-${id}`}>
      <StatusText type="info">
        {counterpart.platforms.length === 0 ? "Differs in" : "More platforms in"}{" "}
        {counterpart.registry}
      </StatusText>
    </span>
  );
}

/** Compares values of which some are unknown. Unknown values come last. */
function byValue<Value extends number | string>(
  value: (row: SourceRow) => Value | null,
): (one: SourceRow, other: SourceRow) => number {
  return (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === null || b === null) {
      return a === b ? 0 : a === null ? 1 : -1;
    }
    return typeof a === "string" && typeof b === "string"
      ? names.compare(a, b)
      : a < b
        ? -1
        : a > b
          ? 1
          : 0;
  };
}

/** `service-9` comes before `service-10`. */
const names = new Intl.Collator("en", { numeric: true });

const sizeOf = (row: SourceRow) =>
  row.kind === "tag"
    ? row.tag.size_bytes
    : row.kind === "repository"
      ? row.repository.size_bytes
      : null;

const changedAt = (row: SourceRow) =>
  row.kind === "tag"
    ? row.tag.updated_at_ms
    : row.kind === "repository"
      ? row.repository.updated_at_ms
      : null;

function counterpartColumn({ counterparts }: SourceCells): Column<SourceRow> {
  return {
    id: "counterpart",
    header: "Registry",
    width: 230,
    grow: 1,
    cell: (row) => <CounterpartCell id={row.id} counterpart={counterparts[row.id]} />,
  };
}

export function sourceColumns(cells: SourceCells): readonly Column<SourceRow>[] {
  return [
    {
      id: "box",
      unsorted: true,
      header: (
        <Checkbox
          checked={cells.allBox === "all"}
          indeterminate={cells.allBox === "some"}
          ariaLabel="Select all"
          onChange={({ detail }) => cells.onSelectAll(detail.checked)}
        />
      ),
      width: 44,
      minWidth: 44,
      cell: (row) => <BoxCell row={row} cells={cells} />,
    },
    {
      id: "name",
      header: "Repository and tag",
      width: 250,
      minWidth: 160,
      grow: 3,
      isRowHeader: true,
      sortingComparator: byValue((row) => (row.kind === "tag" ? row.tag.tag : row.id)),
      cell: (row) => <NameCell row={row} cells={cells} />,
    },
    {
      id: "tags",
      header: "Tags",
      width: 90,
      hideOrder: 3,
      cell: (row) => <TagsCell row={row} cells={cells} />,
    },
    {
      id: "platforms",
      header: "Platforms",
      width: 130,
      hideOrder: 2,
      grow: 1,
      cell: (row) => (row.kind === "tag" ? <PlatformsCell tag={row.tag} /> : null),
    },
    ...(cells.engine ? [counterpartColumn(cells)] : []),
    {
      id: "size",
      header: "Size",
      width: 90,
      sortingComparator: byValue(sizeOf),
      cell: (row) =>
        row.kind === "tag" || (row.kind === "repository" && sizeOf(row) !== null) ? (
          <Bytes bytes={sizeOf(row)} />
        ) : null,
    },
    {
      id: "age",
      // The engine doesn't record push and pull times.
      header: cells.engine ? "Created" : "Pushed",
      width: 130,
      sortingComparator: byValue(changedAt),
      cell: (row) =>
        row.kind === "tag" || (row.kind === "repository" && changedAt(row) !== null) ? (
          <RelativeTime timeMs={changedAt(row)} />
        ) : null,
    },
    {
      id: "pulled",
      header: "Pulled",
      width: 130,
      hidden: true,
      cell: (row) => (row.kind === "tag" ? <RelativeTime timeMs={row.tag.pulled_at_ms} /> : null),
    },
    {
      id: "digest",
      header: "Digest",
      width: 220,
      steady: true,
      hideOrder: 1,
      cell: (row) =>
        row.kind === "tag" ? (
          <CopyableDigest digest={row.tag.digest} what={`digest of ${row.id}`} />
        ) : null,
    },
  ];
}
