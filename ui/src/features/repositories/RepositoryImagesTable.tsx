import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useRef, useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, RepositoryDetails } from "../../ipc/generated";
import { AddTagModal } from "../../shared/AddTagModal";
import { formatCount } from "../../shared/format";
import type { OpenedImage } from "../../shared/openedImage";
import { FullTable } from "../../shared/PagedTable";
import { ArchiveImagesModal } from "./ArchiveImagesModal";
import { CommandsModal } from "./CommandsModal";
import { DeletionModal, type DeletionOption } from "./DeletionModal";
import { findingsColumn } from "./FindingsCell";
import { ImagePropertyFilter } from "./ImagePropertyFilter";
import { inUseColumn } from "./InUseCell";
import { imageColumns } from "./imageColumns";
import { isFound } from "./imageFilter";
import { ManifestReads, ReadProgress } from "./ManifestReads";
import { noQuery } from "./propertyQuery";
import {
  imageName,
  imageRowWords,
  type RepositoryImageRow,
  referencesTo,
} from "./repositoryImageRows";
import { useFindings } from "./useFindings";
import type { ImageRows } from "./useImageRows";
import { useRepositoryUse } from "./useRepositoryUse";

interface RepositoryImagesTableProps {
  connection: AwsConnection;
  details: RepositoryDetails;
  /** Its images, which change when indexes are read. */
  images: ImageRows;
  /** Called when images were deleted. */
  onChanged: () => void;
  /** Opens the page of an image. */
  onOpen: (image: OpenedImage) => void;
}

/** What can be deleted of selected images: a single one can also lose only a tag. */
function deletionOptions(
  repository: string,
  rows: readonly RepositoryImageRow[],
): readonly DeletionOption[] {
  const digests = rows.map(({ digest }) => digest);
  const images: DeletionOption = {
    label: `The image with its tags ${rows[0]?.tags.join(", ")}`,
    target: { kind: "images", repository, digests, class: null },
  };
  const only = rows.length === 1 ? rows[0] : undefined;
  if (only === undefined || only.tags.length < 2) {
    return [images];
  }
  return [
    images,
    ...only.tags.map((tag) => ({
      label: `Only the tag ${tag} (keeps the image)`,
      target: { kind: "tag" as const, repository, tag, digest: only.digest },
    })),
  ];
}

/** The images of a repository. An image expands to its platforms and referrers. */
export function RepositoryImagesTable(props: RepositoryImagesTableProps) {
  const { connection, details, images, onChanged, onOpen } = props;
  const backend = useBackend();
  const { name: repository, uri } = details.repository;
  const [deleting, setDeleting] = useState<readonly RepositoryImageRow[]>([]);
  const [tagging, setTagging] = useState<RepositoryImageRow | null>(null);
  const [moving, setMoving] = useState<"archive" | "restore" | null>(null);
  const all = images.rows;
  const untagged = all.filter(({ tags }) => tags.length === 0).length;
  const [untaggedShown, setUntaggedShown] = useState(untagged === all.length);
  const [selectedIds, setSelectedIds] = useState<ReadonlySet<string>>(new Set());
  const [isFiltering, setFiltering] = useState(false);
  const [query, setQuery] = useState(noQuery);
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [pullCommandsShown, setPullCommandsShown] = useState(false);
  const latestOnOpen = useRef(onOpen);
  latestOnOpen.current = onOpen;
  const [findingsShown, setFindingsShown] = useState(false);
  const [inSight, setInSight] = useState<readonly RepositoryImageRow[]>([]);
  const findings = useFindings(connection, repository, inSight, findingsShown, details);
  const someArchived = all.some(({ status }) => status !== "active");
  const someParts = all.some(({ kind, parts }) => kind === "index" || parts.length > 0);
  const use = useRepositoryUse(connection, repository, details);
  const isRead = images.grouped.unread_indexes.length === 0;
  const opened = useMemo(() => {
    const tags = all.flatMap((row) => row.tags);
    const open = (row: RepositoryImageRow): OpenedImage => ({
      repository,
      uri,
      digest: row.digest,
      tags: row.tags,
      pushedAtMs: row.pushedAtMs,
      pulledAtMs: row.pulledAtMs,
      ownReadAtMs: row.ownReadAtMs,
      otherTags: tags.filter((tag) => !row.tags.includes(tag)),
      referencedBy: isRead
        ? referencesTo(row.digest, all).map(({ name, row }) => ({
            name,
            open: () => latestOnOpen.current(open(row)),
          }))
        : null,
    });
    return open;
  }, [uri, repository, all, isRead]);
  const imageOnly = useMemo(
    () => imageColumns(uri, (row) => latestOnOpen.current(opened(row)), someArchived, someParts),
    [uri, opened, someArchived, someParts],
  );
  const columns = useMemo(
    () => [
      ...imageOnly,
      inUseColumn(use),
      ...(findingsShown ? [findingsColumn(findings.byDigest)] : []),
    ],
    [imageOnly, use, findingsShown, findings.byDigest],
  );

  const rows = useMemo(() => {
    const now = Date.now();
    return all.filter((row) => (untaggedShown || row.tags.length > 0) && isFound(query, row, now));
  }, [all, untaggedShown, query]);
  // Selected images may have been deleted or hidden meanwhile.
  const selected = rows.filter(({ id }) => selectedIds.has(id));
  const only = selected.length === 1 ? selected[0] : undefined;
  const unread = images.grouped.unread_manifests;

  const toggle = (row: RepositoryImageRow, open: boolean) => {
    const changed = new Set(expanded);
    if (open) {
      changed.add(row.id);
    } else {
      changed.delete(row.id);
    }
    setExpanded(changed);
  };
  const act = (action: string) => {
    switch (action) {
      case "pull":
        setPullCommandsShown(true);
        break;
      case "compare": {
        // The newer one is compared with the older one.
        const [newer, older] = selected;
        if (newer !== undefined && older !== undefined) {
          onOpen({ ...opened(newer), compareWith: older.tags[0] ?? older.digest });
        }
        break;
      }
      case "tag":
        setTagging(only ?? null);
        break;
      case "sizes":
        void images.read(unread);
        break;
      case "archive":
      case "restore":
        setMoving(action);
        break;
    }
  };
  const openRows = (level: readonly RepositoryImageRow[]): RepositoryImageRow[] =>
    level.flatMap((row) => (expanded.has(row.id) ? [row, ...openRows(row.parts)] : []));

  return (
    <SpaceBetween size="xs">
      <ManifestReads images={images} lifecycle={details.lifecycle} />
      {findingsShown && findings.error !== null && (
        <ErrorAlert error={findings.error} actions={{ retry: findings.reload }} />
      )}
      {isFiltering && (
        <ImagePropertyFilter query={query} onChange={setQuery} rows={all} matches={rows.length} />
      )}
      <FullTable
        name="images"
        storageKey="repository.images.table"
        items={rows}
        trackBy="id"
        words={imageRowWords}
        finds="images by tag, digest, type, or platform"
        columnDefinitions={columns}
        selectedItems={selected}
        onPage={setInSight}
        onSelectionChange={({ detail }) =>
          setSelectedIds(new Set(detail.selectedItems.map(({ id }) => id)))
        }
        selectionType="multi"
        isItemDisabled={(row) => row.isEntry}
        empty={
          query.tokens.length > 0 ? (
            "No image matches the filter"
          ) : (
            <Box textAlign="center" padding="m">
              <Box variant="strong">
                {all.length === 0 ? "No images in this repository" : "No tagged images"}
              </Box>
              <Box variant="p" color="text-body-secondary">
                {all.length === 0
                  ? "Images appear here after the first push or migration."
                  : "To see the other images, choose Untagged."}
              </Box>
            </Box>
          )
        }
        expandableRows={{
          getItemChildren: (row) => [...row.parts],
          isItemExpandable: (row) => row.parts.length > 0,
          expandedItems: openRows(rows),
          onExpandableItemToggle: ({ detail }) => toggle(detail.item, detail.expanded),
        }}
        ariaLabels={{
          tableLabel: `Images in ${repository}`,
          selectionGroupLabel: "Select images",
          allItemsSelectionLabel: () => "Select all images on this page",
          itemSelectionLabel: (_selection, row) => `Select ${imageName(row)}`,
          expandButtonLabel: (row) => `Show parts of ${imageName(row)}`,
          collapseButtonLabel: (row) => `Hide parts of ${imageName(row)}`,
        }}
        filters={
          <>
            <Button
              iconName="filter"
              ariaLabel="Filter by property"
              ariaExpanded={isFiltering}
              onClick={() => {
                setFiltering(!isFiltering);
                setQuery(noQuery);
              }}
              data-testid="images-filters"
            />
            <Toggle
              checked={untaggedShown}
              disabled={untagged === 0}
              onChange={({ detail }) => setUntaggedShown(detail.checked)}
              data-testid="images-untagged"
            >
              {`Untagged (${formatCount(untagged)})`}
            </Toggle>
            <Toggle
              checked={findingsShown}
              onChange={({ detail }) => setFindingsShown(detail.checked)}
              data-testid="images-findings"
            >
              Vulnerabilities
            </Toggle>
            <Button
              disabled={selected.length === 0}
              disabledReason="Select one or more images."
              onClick={() => setDeleting(selected)}
              data-testid="images-delete"
            >
              Delete
            </Button>
            <ButtonDropdown
              items={[
                {
                  id: "pull",
                  text: "Pull commands",
                  disabled: only === undefined || only.pullCommands.length === 0,
                  disabledReason: "Select one image.",
                },
                {
                  id: "compare",
                  text: "Compare",
                  disabled: selected.length !== 2,
                  disabledReason: "Select two images.",
                },
                {
                  id: "tag",
                  text: "Add a tag",
                  disabled:
                    only === undefined ||
                    only.status === "archived" ||
                    only.status === "activating",
                  disabledReason: "Select one image that isn’t archived.",
                },
                {
                  id: "sizes",
                  text: "Compute sizes",
                  disabled: unread.length === 0 || images.progress !== null,
                  disabledReason:
                    images.progress === null ? "All sizes are exact." : "Reading manifests.",
                },
                {
                  id: "archive",
                  text: "Archive",
                  disabled: !selected.some(({ status }) => status === "active"),
                  disabledReason: "Select one or more active images.",
                },
                {
                  id: "restore",
                  text: "Restore",
                  disabled: !selected.some(({ status }) => status === "archived"),
                  disabledReason: "Select one or more archived images.",
                },
              ]}
              onItemClick={({ detail }) => act(detail.id)}
              data-testid="images-actions"
            >
              Actions
            </ButtonDropdown>
            <Box color="text-body-secondary">
              {`(${formatCount(selected.length)}/${formatCount(rows.length)})`}
            </Box>
            <ReadProgress images={images} />
          </>
        }
        data-testid="images-table"
      />
      {tagging !== null && (
        <AddTagModal
          backend={backend}
          connection={connection}
          repository={repository}
          image={tagging}
          onChanged={onChanged}
          onClose={() => setTagging(null)}
        />
      )}
      {moving !== null && (
        <ArchiveImagesModal
          connection={connection}
          repository={repository}
          images={selected.filter(
            ({ status }) => status === (moving === "archive" ? "active" : "archived"),
          )}
          isArchived={moving === "archive"}
          onChanged={onChanged}
          onClose={() => setMoving(null)}
        />
      )}
      {deleting.length > 0 && (
        <DeletionModal
          connection={connection}
          options={deletionOptions(repository, deleting)}
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
          onClose={() => setPullCommandsShown(false)}
        />
      )}
    </SpaceBetween>
  );
}
