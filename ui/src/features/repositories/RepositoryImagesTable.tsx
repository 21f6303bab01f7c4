import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useMemo, useState } from "react";
import { asApiError, type ErrorActions, ErrorAlert, wordsOf } from "../../errors";
import type { AwsConnection, RepositoryImage } from "../../ipc/generated";
import { formatCount, formatCounted, shortDigest } from "../../shared/format";
import { paginationLabels } from "../../shared/tableLabels";
import { CommandsModal } from "./CommandsModal";
import { DeleteImageModal } from "./DeleteImageModal";
import { DeleteImagesModal } from "./DeleteImagesModal";
import { imageColumns } from "./imageColumns";
import {
  entryRow,
  imageRow,
  imageRowMatches,
  type RepositoryImageRow,
} from "./repositoryImageRows";
import { useIndexEntries } from "./useIndexEntries";

interface RepositoryImagesTableProps {
  connection: AwsConnection;
  repository: string;
  images: readonly RepositoryImage[];
  errorActions: ErrorActions;
  /** Called when images were deleted. */
  onChanged: () => void;
}

const pageSize = 50;

/** The display name of an image: its first tag, or its digest. */
function imageName(row: RepositoryImageRow): string {
  return row.tags[0] ?? shortDigest(row.digest);
}

/** The images of a repository. An index expands to its entries. */
export function RepositoryImagesTable(props: RepositoryImagesTableProps) {
  const { connection, repository, images, errorActions, onChanged } = props;
  const [deleting, setDeleting] = useState<readonly RepositoryImageRow[]>([]);
  const rows = useMemo(() => images.map(imageRow), [images]);
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [pullCommandsShown, setPullCommandsShown] = useState(false);
  const { states, load } = useIndexEntries(connection, repository);

  const { items, actions, filteredItemsCount, collectionProps, filterProps, paginationProps } =
    useCollection(rows, {
      filtering: {
        filteringFunction: imageRowMatches,
        empty: (
          <Box textAlign="center" padding="m">
            <Box variant="strong">No images</Box>
            <Box variant="p" color="text-body-secondary">
              No images have been pushed to this repository.
            </Box>
          </Box>
        ),
        noMatch: (
          <Box textAlign="center" padding="m">
            <SpaceBetween size="s">
              <Box variant="strong">No matches</Box>
              <Button onClick={() => actions.setFiltering("")}>Clear filter</Button>
            </SpaceBetween>
          </Box>
        ),
      },
      sorting: {},
      pagination: { pageSize },
      selection: { trackBy: "id", keepSelection: true },
    });
  // Selected images may have been deleted meanwhile.
  const chosen = new Set(collectionProps.selectedItems?.map(({ id }) => id));
  const selected = rows.filter(({ id }) => chosen.has(id));
  const only = selected.length === 1 ? selected[0] : undefined;
  const failed = [...expanded].flatMap((digest) => {
    const state = states.get(digest);
    return state?.kind === "failed" ? [{ digest, error: state.error }] : [];
  });

  const toggle = (row: RepositoryImageRow, open: boolean) => {
    const changed = new Set(expanded);
    if (open) {
      changed.add(row.digest);
      load(row.digest);
    } else {
      changed.delete(row.digest);
    }
    setExpanded(changed);
  };
  const children = (row: RepositoryImageRow): RepositoryImageRow[] => {
    const state = states.get(row.digest);
    return row.isEntry || state?.kind !== "loaded"
      ? []
      : state.entries.map((entry, position) => entryRow(row, entry, position));
  };

  return (
    <SpaceBetween size="m">
      {failed.map(({ digest, error }) => (
        <ErrorAlert
          key={digest}
          error={error}
          actions={{ ...errorActions, retry: () => load(digest) }}
        />
      ))}
      <Table
        {...collectionProps}
        variant="container"
        items={items}
        selectedItems={selected}
        columnDefinitions={imageColumns}
        selectionType="multi"
        isItemDisabled={(row) => row.isEntry}
        wrapLines
        resizableColumns
        expandableRows={{
          getItemChildren: children,
          isItemExpandable: (row) => row.kind === "index" && !row.isEntry,
          expandedItems: items.filter((row) => expanded.has(row.digest)),
          onExpandableItemToggle: ({ detail }) => toggle(detail.item, detail.expanded),
        }}
        getLoadingStatus={(row) => {
          const kind = row === null ? undefined : states.get(row.digest)?.kind;
          return kind === "loading" ? "loading" : kind === "failed" ? "error" : "finished";
        }}
        renderLoaderLoading={() => <StatusIndicator type="loading">Loading index</StatusIndicator>}
        renderLoaderError={({ item }) => {
          const state = item === null ? undefined : states.get(item.digest);
          return (
            <StatusIndicator type="error">
              {state?.kind === "failed"
                ? wordsOf(asApiError(state.error)).title
                : "Couldn’t read the index"}
            </StatusIndicator>
          );
        }}
        ariaLabels={{
          tableLabel: `Images in ${repository}`,
          selectionGroupLabel: "Select images",
          allItemsSelectionLabel: () => "Select all images on this page",
          itemSelectionLabel: (_selection, row) => `Select ${imageName(row)}`,
          expandButtonLabel: (row) => `Show platforms of ${imageName(row)}`,
          collapseButtonLabel: (row) => `Hide platforms of ${imageName(row)}`,
        }}
        header={
          <Header
            variant="h2"
            counter={
              selected.length === 0
                ? `(${formatCount(images.length)})`
                : `(${formatCount(selected.length)}/${formatCount(images.length)})`
            }
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  disabled={selected.length === 0}
                  disabledReason="Select one or more images."
                  onClick={() => setDeleting(selected)}
                  data-testid="images-delete"
                >
                  Delete
                </Button>
                <Button
                  disabled={only === undefined || only.pullCommands.length === 0}
                  disabledReason="Select one image."
                  onClick={() => setPullCommandsShown(true)}
                  data-testid="images-pull-commands"
                >
                  View pull commands
                </Button>
              </SpaceBetween>
            }
          >
            Images
          </Header>
        }
        filter={
          <TextFilter
            {...filterProps}
            filteringPlaceholder="Find images by tag, digest, or type"
            filteringAriaLabel="Find images by tag, digest, or type"
            filteringClearAriaLabel="Clear filter"
            countText={formatCounted(filteredItemsCount ?? 0, "match", "matches")}
            data-testid="images-search"
          />
        }
        pagination={
          <Pagination
            {...paginationProps}
            ariaLabels={paginationLabels}
            data-testid="images-pages"
          />
        }
        data-testid="images-table"
      />
      {deleting.length === 1 && deleting[0] !== undefined && (
        <DeleteImageModal
          connection={connection}
          repository={repository}
          image={deleting[0]}
          errorActions={errorActions}
          onDeleted={() => {
            setDeleting([]);
            actions.setSelectedItems([]);
            onChanged();
          }}
          onClose={() => setDeleting([])}
        />
      )}
      {deleting.length > 1 && (
        <DeleteImagesModal
          connection={connection}
          repository={repository}
          images={deleting}
          errorActions={errorActions}
          onDeleted={onChanged}
          onClose={() => setDeleting([])}
        />
      )}
      {pullCommandsShown && only !== undefined && (
        <CommandsModal
          title={`Pull commands for ${repository}:${imageName(only)}`}
          description="These commands log in to the registry and pull the image. They require the AWS CLI and Docker."
          commands={only.pullCommands}
          connection={connection}
          errorActions={errorActions}
          onClose={() => setPullCommandsShown(false)}
        />
      )}
    </SpaceBetween>
  );
}
