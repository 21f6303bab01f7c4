import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useRef, useState } from "react";
import { asApiError, type ErrorActions, ErrorAlert, wordsOf } from "../../errors";
import type { AwsConnection, RepositoryImage } from "../../ipc/generated";
import { formatCount } from "../../shared/format";
import { useNotify } from "../../shared/notify";
import { FullTable } from "../../shared/PagedTable";
import { CommandsModal } from "./CommandsModal";
import { DeleteImageModal } from "./DeleteImageModal";
import { DeleteImagesModal } from "./DeleteImagesModal";
import { imageColumns } from "./imageColumns";
import type { OpenedImage } from "./openedImage";
import {
  entryRow,
  imageName,
  imageRow,
  imageRowWords,
  type RepositoryImageRow,
  shownRows,
} from "./repositoryImageRows";
import { useIndexEntries } from "./useIndexEntries";

interface RepositoryImagesTableProps {
  connection: AwsConnection;
  repository: string;
  uri: string;
  images: readonly RepositoryImage[];
  errorActions: ErrorActions;
  /** Called when images were deleted. */
  onChanged: () => void;
  /** Opens the page of an image. */
  onOpen: (image: OpenedImage) => void;
}

/** The images of a repository. An index expands to its entries. */
export function RepositoryImagesTable(props: RepositoryImagesTableProps) {
  const { connection, repository, uri, images, errorActions, onChanged, onOpen } = props;
  const notify = useNotify();
  const [deleting, setDeleting] = useState<readonly RepositoryImageRow[]>([]);
  const all = useMemo(() => images.map(imageRow), [images]);
  const untagged = all.filter(({ tags }) => tags.length === 0).length;
  // Most untagged images are platforms of an index.
  const [untaggedShown, setUntaggedShown] = useState(untagged === all.length);
  const [selectedIds, setSelectedIds] = useState<ReadonlySet<string>>(new Set());
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [pullCommandsShown, setPullCommandsShown] = useState(false);
  const { states, load } = useIndexEntries(connection, repository);
  const latestOnOpen = useRef(onOpen);
  latestOnOpen.current = onOpen;
  const columns = useMemo(() => {
    const tags = all.flatMap((row) => row.tags);
    return imageColumns(uri, (row) =>
      latestOnOpen.current({
        repository,
        uri,
        digest: row.digest,
        tags: row.tags,
        otherTags: tags.filter((tag) => !row.tags.includes(tag)),
      }),
    );
  }, [uri, repository, all]);

  const rows = useMemo(() => {
    const listed = new Set<string>();
    for (const digest of expanded) {
      const state = states.get(digest);
      for (const entry of state?.kind === "loaded" ? state.entries : []) {
        listed.add(entry.digest);
      }
    }
    return shownRows(all, untaggedShown, listed);
  }, [all, untaggedShown, expanded, states]);
  // Selected images may have been deleted or hidden meanwhile.
  const selected = rows.filter(({ id }) => selectedIds.has(id));
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
    <SpaceBetween size="xs">
      {failed.map(({ digest, error }) => (
        <ErrorAlert
          key={digest}
          error={error}
          actions={{ ...errorActions, retry: () => load(digest) }}
        />
      ))}
      <FullTable
        name="images"
        storageKey="repository.images.table"
        items={rows}
        trackBy="id"
        words={imageRowWords}
        finds="images by tag, digest, or type"
        columnDefinitions={columns}
        selectedItems={selected}
        onSelectionChange={({ detail }) =>
          setSelectedIds(new Set(detail.selectedItems.map(({ id }) => id)))
        }
        selectionType="multi"
        isItemDisabled={(row) => row.isEntry}
        empty={
          <Box textAlign="center" padding="m">
            <Box variant="strong">{all.length === 0 ? "No images" : "No tagged images"}</Box>
            <Box variant="p" color="text-body-secondary">
              {all.length === 0
                ? "No images have been pushed to this repository."
                : "To see the other images, choose Show untagged."}
            </Box>
          </Box>
        }
        expandableRows={{
          getItemChildren: children,
          isItemExpandable: (row) => row.kind === "index" && !row.isEntry,
          expandedItems: rows.filter((row) => expanded.has(row.digest)),
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
        filters={
          <>
            <Toggle
              checked={untaggedShown}
              disabled={untagged === 0}
              onChange={({ detail }) => setUntaggedShown(detail.checked)}
              data-testid="images-untagged"
            >
              {`Show untagged (${formatCount(untagged)})`}
            </Toggle>
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
              Pull commands
            </Button>
            <Box color="text-body-secondary">
              {`(${formatCount(selected.length)}/${formatCount(rows.length)})`}
            </Box>
          </>
        }
        data-testid="images-table"
      />
      {deleting.length === 1 && deleting[0] !== undefined && (
        <DeleteImageModal
          connection={connection}
          repository={repository}
          image={deleting[0]}
          images={all}
          errorActions={errorActions}
          onDeleted={(what) => {
            setDeleting([]);
            setSelectedIds(new Set());
            notify({ type: "success", header: `Deleted from ${repository}: ${what}` });
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
