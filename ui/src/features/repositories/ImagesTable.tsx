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
import { asApiError, type ErrorActions, ErrorAlert, errorEntry } from "../../errors";
import type { AwsConnection, RepositoryImage } from "../../ipc/generated";
import { formatCount, formatCounted, shortDigest } from "../../shared/format";
import { paginationLabels } from "../../shared/tableLabels";
import { CommandsModal } from "./CommandsModal";
import { DeleteImageModal } from "./DeleteImageModal";
import { DeleteImagesModal } from "./DeleteImagesModal";
import { imageColumns } from "./imageColumns";
import { entryRow, type ImageRow, imageRow, imageRowMatches } from "./imageRows";
import { useIndexEntries } from "./useIndexEntries";

interface ImagesTableProps {
  connection: AwsConnection;
  repository: string;
  images: readonly RepositoryImage[];
  errorActions: ErrorActions;
  /** Something was deleted: the images are others now. */
  onChanged: () => void;
}

const pageSize = 50;

/** What people call one image: its first tag, else its digest. */
function imageName(row: ImageRow): string {
  return row.tags[0] ?? shortDigest(row.digest);
}

/** The images of a repository; an index opens to what it holds. */
export function ImagesTable(props: ImagesTableProps) {
  const { connection, repository, images, errorActions, onChanged } = props;
  const [deleting, setDeleting] = useState<readonly ImageRow[]>([]);
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
              Nothing was pushed to this repository yet.
            </Box>
          </Box>
        ),
        noMatch: (
          <Box textAlign="center" padding="m">
            <SpaceBetween size="s">
              <Box variant="strong">No image has this in its tags or digest</Box>
              <Button onClick={() => actions.setFiltering("")}>Clear the search</Button>
            </SpaceBetween>
          </Box>
        ),
      },
      sorting: {},
      pagination: { pageSize },
      selection: { trackBy: "id", keepSelection: true },
    });
  // What was selected may have gone meanwhile.
  const chosen = new Set(collectionProps.selectedItems?.map(({ id }) => id));
  const selected = rows.filter(({ id }) => chosen.has(id));
  const only = selected.length === 1 ? selected[0] : undefined;
  const failed = [...expanded].flatMap((digest) => {
    const state = states.get(digest);
    return state?.kind === "failed" ? [{ digest, error: state.error }] : [];
  });

  const toggle = (row: ImageRow, open: boolean) => {
    const changed = new Set(expanded);
    if (open) {
      changed.add(row.digest);
      load(row.digest);
    } else {
      changed.delete(row.digest);
    }
    setExpanded(changed);
  };
  const children = (row: ImageRow): ImageRow[] => {
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
        renderLoaderLoading={() => (
          <StatusIndicator type="loading">Reading the index</StatusIndicator>
        )}
        renderLoaderError={({ item }) => {
          const state = item === null ? undefined : states.get(item.digest);
          return (
            <StatusIndicator type="error">
              {state?.kind === "failed"
                ? errorEntry(asApiError(state.error)).title
                : "The index could not be read"}
            </StatusIndicator>
          );
        }}
        ariaLabels={{
          tableLabel: `Images in ${repository}`,
          selectionGroupLabel: "Select images",
          allItemsSelectionLabel: () => "Select all images on this page",
          itemSelectionLabel: (_selection, row) => `Select ${imageName(row)}`,
          expandButtonLabel: (row) => `Show the platforms of ${imageName(row)}`,
          collapseButtonLabel: (row) => `Hide the platforms of ${imageName(row)}`,
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
                  disabledReason="Select one image or several first."
                  onClick={() => setDeleting(selected)}
                  data-testid="images-delete"
                >
                  Delete
                </Button>
                <Button
                  disabled={only === undefined || only.pullCommands.length === 0}
                  disabledReason="Select one image first."
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
            filteringPlaceholder="Find an image by tag, digest or kind"
            filteringAriaLabel="Find an image by tag, digest or kind"
            filteringClearAriaLabel="Clear the search"
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
          description="These commands log in and pull the image. They need the AWS CLI and Docker."
          commands={only.pullCommands}
          connection={connection}
          errorActions={errorActions}
          onClose={() => setPullCommandsShown(false)}
        />
      )}
    </SpaceBetween>
  );
}
