import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { formatCount } from "../../../shared/format";
import { type Compare, FullTable } from "../../../shared/PagedTable";
import { isControlClick, isShiftClick } from "../../../shared/rowClick";
import { StatusText } from "../../../shared/StatusText";
import { wizardFooterHeight } from "../wizard/wizardFooterHeight";
import { ImageFilters } from "./ImageFilters";
import { allBox, repositoryBox, selectedTags, selectRows } from "./imageSelection";
import type { ImagesStepProps, ImagesTableProps } from "./imagesStepProps";
import { sourceColumns } from "./sourceColumns";
import { drawnRows, repositoryRows, type SourceRow, tagRows } from "./sourceRows";

/** Number of tags shown initially, and added with *Show more tags*. */
const initialTags = 100;

/** How much of the list is loaded, if the source has more pages. */
function LoadedRepositories({
  repositories,
  onMore,
}: {
  repositories: ImagesStepProps["repositories"];
  onMore: () => void;
}) {
  const { list, total, more, loading } = repositories;
  if (!more) {
    return null;
  }
  if (!loading) {
    return (
      <Button variant="inline-link" onClick={onMore}>
        Load all repositories
      </Button>
    );
  }
  return (
    <StatusText type="loading">
      {total === null
        ? "Loading more repositories"
        : `Loading repositories: ${formatCount(list.length)} of ${formatCount(total)}`}
    </StatusText>
  );
}

/** The table of repositories, which open to their tags. It fills the window down to the footer. */
export function ImagesTable(props: ImagesTableProps) {
  const { draft, onChange, repositories, tags, filter, onTags, onSeen, onWanted } = props;
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  // Number of shown tags per repository, if the user asked for more.
  const [drawn, setDrawn] = useState<Readonly<Record<string, number>>>({});
  const rows = useMemo(
    () => repositoryRows(repositories.list, filter),
    [repositories.list, filter],
  );
  const chosen = useMemo(() => selectedTags(draft.images), [draft.images]);
  // The rows as they are shown, and the last one that was clicked, to select a range.
  const shownRows = useRef<readonly SourceRow[]>([]);
  const lastClicked = useRef<string | null>(null);

  const { opened } = props;
  useEffect(() => {
    if (opened !== null) {
      setExpanded((before) => new Set(before).add(opened.repository));
    }
  }, [opened]);
  // Another source, and a refresh, start without tags.
  useEffect(() => {
    for (const { id } of rows) {
      if (expanded.has(id) && tags[id] === undefined) {
        onTags(id);
      }
    }
  }, [rows, expanded, tags, onTags]);

  // Details are loaded for visible tags, once each.
  useEffect(() => {
    for (const repository of expanded) {
      const below = drawnRows(
        tagRows(repository, tags[repository], filter),
        drawn[repository] ?? initialTags,
      );
      const seen = below.flatMap((row) => (row.kind === "tag" ? [row.tag.tag] : []));
      if (seen.length > 0) {
        onSeen(repository, seen);
      }
    }
  }, [expanded, tags, filter, drawn, onSeen]);

  const nested = useCallback(
    (page: readonly SourceRow[], compare: Compare<SourceRow> | null): readonly SourceRow[] => {
      const all = page.flatMap((row) => {
        if (row.kind !== "repository" || !expanded.has(row.id)) {
          return [row];
        }
        const below = tagRows(row.id, tags[row.id], filter);
        const sorted = compare === null ? below : sortedTags(below, compare);
        return [row, ...drawnRows(sorted, drawn[row.id] ?? initialTags)];
      });
      shownRows.current = all;
      return all;
    },
    [expanded, tags, filter, drawn],
  );

  const select = (changed: readonly SourceRow[], selected: boolean) => {
    const change = selectRows(changed, selected, tags, filter, draft.images);
    onChange({ type: "images_selected", images: change.images });
    if (change.wanted.length > 0) {
      onWanted([...change.wanted]);
    }
  };
  const selectRow = (row: SourceRow, selected: boolean) => {
    const at = (id: string | null) => shownRows.current.findIndex((one) => one.id === id);
    const [from, to] = [at(lastClicked.current), at(row.id)].sort((one, other) => one - other);
    lastClicked.current = row.id;
    const range = isShiftClick() && from !== undefined && to !== undefined && from >= 0;
    select(range ? shownRows.current.slice(from, to + 1) : [row], selected);
  };
  const expand = (repository: string, open: boolean) => {
    const next = new Set(expanded);
    if (open) {
      next.add(repository);
      if (tags[repository] === undefined) {
        onTags(repository);
      }
    } else {
      next.delete(repository);
    }
    setExpanded(next);
  };
  const isChosen = (row: SourceRow) =>
    row.kind === "tag" && chosen.get(row.repository)?.has(row.tag.tag) === true;
  const columns = sourceColumns({
    engine: draft.source?.kind === "docker_engine",
    expanded,
    tags,
    counterparts: props.counterparts,
    box: (row) =>
      row.kind === "repository"
        ? repositoryBox(row.id, tags[row.id], filter, chosen)
        : isChosen(row)
          ? "all"
          : "none",
    allBox: allBox(rows, tags, filter, chosen),
    chosen: (repository) => chosen.get(repository)?.size ?? 0,
    onSelect: selectRow,
    onSelectAll: (selected) => select(rows, selected),
    onExpand: expand,
    onTags,
    onMore: (repository) => {
      const next = (drawn[repository] ?? initialTags) + initialTags;
      setDrawn({ ...drawn, [repository]: next });
      if ((tags[repository]?.tags.length ?? 0) < next) {
        onTags(repository);
      }
    },
  });

  return (
    <FullTable<SourceRow>
      name="source-images"
      items={rows}
      nested={nested}
      trackBy="id"
      below={wizardFooterHeight}
      onPanelSlot={props.onPanelSlot}
      enableKeyboardNavigation
      loading={repositories.loading && repositories.list.length === 0}
      loadingText="Loading repositories"
      onRowClick={({ detail: { item } }) => {
        if (isControlClick()) {
          return;
        }
        if (item.kind === "tag") {
          selectRow(item, !isChosen(item));
        } else if (item.kind === "repository") {
          expand(item.id, !expanded.has(item.id));
        }
      }}
      data-testid="images-table"
      filters={<ImageFilters {...props} count={rows.length} />}
      empty={
        repositories.list.length > 0 ? (
          <Box textAlign="center" padding="m">
            No matching repositories
          </Box>
        ) : (
          props.empty
        )
      }
      footer={<LoadedRepositories repositories={repositories} onMore={props.onMoreRepositories} />}
      ariaLabels={{ tableLabel: "Images" }}
      columnDefinitions={columns}
    />
  );
}

/** Sorts the tags. Rows that are no tags stay at the end. */
function sortedTags(rows: readonly SourceRow[], compare: Compare<SourceRow>): SourceRow[] {
  const tags = rows.filter(({ kind }) => kind === "tag");
  const others = rows.filter(({ kind }) => kind !== "tag");
  return [...tags.sort(compare), ...others];
}
