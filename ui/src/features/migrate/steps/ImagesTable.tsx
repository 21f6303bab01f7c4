import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useMemo, useState } from "react";
import { asApiError } from "../../../errors";
import type { EngineOriginal, SourceTag } from "../../../ipc/generated";
import { Bytes } from "../../../shared/Bytes";
import { CopyableDigest } from "../../../shared/CopyableText";
import { formatCount, formatCounted } from "../../../shared/format";
import { ImageName } from "../../../shared/ImageName";
import { PagedTable } from "../../../shared/PagedTable";
import { RelativeTime } from "../../../shared/RelativeTime";
import { StatusText } from "../../../shared/StatusText";
import { ImageFilters } from "./ImageFilters";
import {
  changedSelection,
  chosenCounts,
  chosenText,
  drawnRows,
  filteredTags,
  type ImageRow,
  repositoryRows,
  selectedRows,
  type TagList,
  tagRows,
} from "./imageRows";
import type { ImagesStepProps } from "./imagesStepProps";
import { originalText } from "./RegistryCounterpartsAlert";

/** Counter text: loaded and total repositories. */
function counterText(
  shown: number,
  { list, total, more }: ImagesStepProps["repositories"],
): string {
  return more && total !== null
    ? `(${formatCount(list.length)} of ${formatCount(total)})`
    : `(${formatCount(shown)}${more ? "+" : ""})`;
}

/** Number of tags shown initially, and added with *Show more tags*. */
const tagsAtFirst = 100;

interface NameCellProps {
  row: ImageRow;
  /** Selected tags of a repository and their size. */
  chosen: number;
  list: TagList | undefined;
  /** Badge for a registry counterpart with more platforms or another digest. */
  original: EngineOriginal | undefined;
  onTags: (repository: string) => void;
  onMore: (repository: string) => void;
}

function progressText({ have, of }: { have: number; of: number }): string {
  return `${formatCount(have)} of ${formatCount(of)}`;
}

function NameCell({ row, chosen, list, original, onTags, onMore }: NameCellProps) {
  switch (row.kind) {
    case "repository":
      return (
        <>
          <span data-testid={`repository-${row.id}`}>
            <ImageName name={row.repository.name} />{" "}
            {row.repository.private && <Badge>Private</Badge>}
          </span>{" "}
          {chosen > 0 && (
            <Box variant="span" fontSize="body-s" color="text-body-secondary">
              <span data-testid={`chosen-${row.id}`}>{chosenText(chosen, list)}</span>
            </Box>
          )}
        </>
      );
    case "tag":
      return (
        <>
          <span data-testid={`tag-${row.id}`}>{row.tag.tag}</span>
          {original !== undefined && (
            <Box fontSize="body-s" data-testid={`original-${row.id}`}>
              <StatusText type="info">{originalText(original)}</StatusText>
            </Box>
          )}
        </>
      );
    case "loading":
      return (
        <StatusIndicator type="loading">
          {row.progress === null ? "Loading tags" : `Loading tags: ${progressText(row.progress)}`}
        </StatusIndicator>
      );
    case "empty":
      return <Box color="text-status-inactive">No matching tags</Box>;
    case "more":
      return (
        <Button variant="inline-link" onClick={() => onMore(row.repository)}>
          {row.progress === null
            ? "Show more tags"
            : `Show more tags (${progressText(row.progress)} shown)`}
        </Button>
      );
    case "error":
      return (
        <>
          <StatusText type="error">{asApiError(row.error).message}</StatusText>{" "}
          <Button variant="inline-link" onClick={() => onTags(row.repository)}>
            Retry
          </Button>
        </>
      );
  }
}

/** The platforms of a tag, including platforms of the index that the engine doesn't have. */
function PlatformsCell({ tag }: { tag: SourceTag }) {
  const missing = tag.missing_platforms ?? [];
  const held = tag.platforms.join(", ") || "–";
  if (missing.length === 0) {
    return held;
  }
  return (
    <>
      {held}
      <Box fontSize="body-s" color="text-body-secondary">
        {formatCounted(missing.length, "platform", "platforms")} of the index not in the engine:{" "}
        {missing.join(", ")}
      </Box>
    </>
  );
}

/** The table of repositories, expandable to selectable tags. */
export function ImagesTable(props: ImagesStepProps) {
  const { draft, onChange, repositories, tags, filter, onTags } = props;
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  // Number of shown tags per repository, if the user asked for more.
  const [drawn, setDrawn] = useState<Readonly<Record<string, number>>>({});
  const drawnOf = (repository: string) => drawn[repository] ?? tagsAtFirst;
  const rows = useMemo(
    () => repositoryRows(repositories.list, filter),
    [repositories.list, filter],
  );
  const selected = useMemo(
    () => selectedRows(rows, tags, filter, draft.images),
    [rows, tags, filter, draft.images],
  );
  const chosen = useMemo(() => chosenCounts(draft.images), [draft.images]);
  const { onSeen } = props;
  // Details are loaded for visible tags, once each.
  useEffect(() => {
    for (const repository of expanded) {
      const below = drawnRows(
        tagRows(repository, tags[repository], filter),
        drawn[repository] ?? tagsAtFirst,
      );
      const seen = below.flatMap((row) => (row.kind === "tag" ? [row.tag.tag] : []));
      if (seen.length > 0) {
        onSeen(repository, seen);
      }
    }
  }, [expanded, tags, filter, drawn, onSeen]);

  const toggle = (row: ImageRow, open: boolean) => {
    const next = new Set(expanded);
    if (open) {
      next.add(row.id);
      if (tags[row.id] === undefined) {
        onTags(row.id);
      }
    } else {
      next.delete(row.id);
    }
    setExpanded(next);
  };
  const more = (repository: string) => {
    const known = filteredTags(tags[repository]?.tags ?? [], filter).length;
    const next = drawnOf(repository) + tagsAtFirst;
    setDrawn({ ...drawn, [repository]: next });
    if (known < next) {
      onTags(repository);
    }
  };
  const select = (after: readonly ImageRow[]) => {
    const change = changedSelection(selected, after, tags, filter, draft.images);
    onChange({ type: "images_selected", images: change.images });
    if (change.wanted.length > 0) {
      setExpanded(new Set([...expanded, ...change.wanted]));
      props.onWanted(change.wanted);
    }
  };

  return (
    <PagedTable
      items={rows}
      trackBy="id"
      wrapLines
      loading={repositories.loading && repositories.list.length === 0}
      loadingText="Loading repositories"
      selectionType="multi"
      selectedItems={selected}
      onSelectionChange={({ detail }) => select(detail.selectedItems)}
      isItemDisabled={(row) => row.kind !== "repository" && row.kind !== "tag"}
      expandableRows={{
        getItemChildren: (row) =>
          row.kind === "repository"
            ? drawnRows(tagRows(row.id, tags[row.id], filter), drawnOf(row.id))
            : [],
        isItemExpandable: (row) => row.kind === "repository",
        expandedItems: rows.filter((row) => expanded.has(row.id)),
        onExpandableItemToggle: ({ detail }) => toggle(detail.item, detail.expanded),
      }}
      data-testid="images-table"
      header={
        <Header
          variant="h2"
          counter={counterText(rows.length, repositories)}
          actions={
            <Button
              iconName="refresh"
              ariaLabel="Refresh repositories"
              loading={repositories.loading}
              onClick={props.onReload}
            />
          }
        >
          Images
        </Header>
      }
      filters={<ImageFilters {...props} />}
      empty={
        <Box textAlign="center" color="inherit">
          {repositories.error === null ? "No repositories" : "Couldn’t load the repositories"}
        </Box>
      }
      footer={
        repositories.more &&
        (repositories.loading ? (
          <StatusIndicator type="loading">
            {repositories.total === null
              ? "Loading more repositories"
              : `Loading repositories: ${formatCount(repositories.list.length)} of ${formatCount(repositories.total)}`}
          </StatusIndicator>
        ) : (
          <Button variant="inline-link" onClick={props.onMoreRepositories}>
            Load all repositories
          </Button>
        ))
      }
      ariaLabels={{
        tableLabel: "Images",
        selectionGroupLabel: "Image selection",
        allItemsSelectionLabel: () => "Select all",
        itemSelectionLabel: (_state, row) => `Select ${row.id}`,
        expandButtonLabel: (row) => `Show tags of ${row.id}`,
        collapseButtonLabel: (row) => `Hide tags of ${row.id}`,
      }}
      columnDefinitions={[
        {
          id: "name",
          header: "Repository and tag",
          minWidth: 260,
          isRowHeader: true,
          cell: (row) => (
            <NameCell
              row={row}
              chosen={chosen.get(row.id) ?? 0}
              list={tags[row.id]}
              original={props.originals[row.id]}
              onTags={onTags}
              onMore={more}
            />
          ),
        },
        {
          id: "platforms",
          header: "Platforms",
          minWidth: 150,
          cell: (row) => (row.kind === "tag" ? <PlatformsCell tag={row.tag} /> : null),
        },
        {
          id: "size",
          header: "Size",
          minWidth: 90,
          cell: (row) =>
            row.kind === "tag" ? (
              <Bytes bytes={row.tag.size_bytes} />
            ) : row.kind === "repository" && row.repository.size_bytes !== null ? (
              <Bytes bytes={row.repository.size_bytes} />
            ) : null,
        },
        {
          id: "age",
          // The engine doesn't record push and pull times.
          header: draft.source?.kind === "docker_engine" ? "Created" : "Pushed",
          minWidth: 130,
          cell: (row) =>
            row.kind === "tag" ? (
              <>
                <RelativeTime timeMs={row.tag.updated_at_ms} />
                {row.tag.pulled_at_ms !== null && (
                  <Box fontSize="body-s" color="text-body-secondary">
                    Pulled <RelativeTime timeMs={row.tag.pulled_at_ms} />
                  </Box>
                )}
              </>
            ) : row.kind === "repository" && row.repository.updated_at_ms !== null ? (
              <RelativeTime timeMs={row.repository.updated_at_ms} />
            ) : null,
        },
        {
          id: "digest",
          header: "Digest",
          minWidth: 230,
          cell: (row) =>
            row.kind === "tag" ? (
              <CopyableDigest digest={row.tag.digest} what={`digest of ${row.id}`} />
            ) : null,
        },
      ]}
    />
  );
}
