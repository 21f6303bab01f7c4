import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCallback, useEffect } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type {
  FileChange,
  FileEntry,
  FileKind,
  ImageLayer,
  ImageLocation,
  LayerListing,
  ListedLayer,
} from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { formatBytes, formatCount, formatCounted } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";
import { permissionText } from "./filePermissions";
import { ListingProgress } from "./ListingProgress";
import { useListing } from "./useListing";

/** Larger layers are downloaded only after the user agreed. */
const askAboveBytes = 50_000_000;

const kindLabels: Record<FileKind, string> = {
  file: "File",
  directory: "Directory",
  symbolic_link: "Symbolic link",
  hard_link: "Hard link",
  character_device: "Character device",
  block_device: "Block device",
  pipe: "Pipe",
  deletion: "Deletion",
  emptied: "Directory emptied",
  other: "Other",
};

const changeLabels: Record<FileChange, string> = {
  added: "Added",
  changed: "Changed",
  deleted: "Deleted",
  unchanged: "–",
};

interface LayerFilesViewProps {
  location: ImageLocation;
  layer: ImageLayer;
}

/** The files of a layer. A large layer is only downloaded after a question. */
export function LayerFilesView({ location, layer }: LayerFilesViewProps) {
  const backend = useBackend();
  const { answer, error, progress, running, start, stop } = useListing<LayerListing>();
  const place = JSON.stringify(location);
  const list = useCallback(
    (limit: number | null) =>
      start((attempt, onProgress) =>
        backend.imageLayerFiles(
          JSON.parse(place) as ImageLocation,
          layer.digest,
          limit,
          attempt,
          onProgress,
        ),
      ),
    [backend, place, layer.digest, start],
  );
  useEffect(() => list(askAboveBytes), [list]);

  if (error !== null) {
    return <ErrorAlert error={error} actions={{ retry: () => list(askAboveBytes) }} />;
  }
  if (running) {
    return <ListingProgress progress={progress} onStop={stop} />;
  }
  if (answer === null) {
    return (
      <Alert
        type="info"
        header="Stopped"
        action={<Button onClick={() => list(null)}>List files</Button>}
        data-testid="files-stopped"
      >
        The files of this layer weren’t listed.
      </Alert>
    );
  }
  if (answer.kind === "needs_download") {
    return (
      <Alert
        type="info"
        header={`List the files of layer ${layer.number}?`}
        action={
          <Button onClick={() => list(null)} data-testid="files-download">
            {`Download ${formatBytes(answer.download_bytes)} and list`}
          </Button>
        }
        data-testid="files-ask"
      >
        The layer has no table of contents, so all of it is downloaded. Only the list is kept.
      </Alert>
    );
  }
  return <FilesTable layer={layer} listed={answer} />;
}

/** The name and, for a link, its target. */
function PathCell({ entry }: { entry: FileEntry }) {
  return (
    <span style={{ overflowWrap: "anywhere" }}>
      {entry.path === "" ? "/" : entry.path}
      {entry.link !== null && (
        <Box variant="span" color="text-body-secondary">{` → ${entry.link}`}</Box>
      )}
    </span>
  );
}

/** Where the list comes from, and what it cost. */
function sourceText({ files, from_cache }: ListedLayer): string {
  if (from_cache) {
    return "From an earlier list.";
  }
  const read = formatBytes(files.read_bytes);
  return files.source === "stream"
    ? `${read} downloaded. Nothing was extracted.`
    : `By the layer’s table of contents, ${read} downloaded.`;
}

function FilesTable({ layer, listed }: { layer: ImageLayer; listed: ListedLayer }) {
  const { files, entry_count } = listed;
  const hidden = entry_count - files.entries.length;
  const rows = files.entries.map((entry, index) => ({ ...entry, id: `${index}` }));
  const hasChanges = files.entries.some(({ change }) => change !== null);
  return (
    <SpaceBetween size="s">
      {files.stopped !== null && (
        <Alert type="warning" header="The list is incomplete" data-testid="files-incomplete">
          {files.stopped === "entries"
            ? "The layer has more files than Transload lists."
            : "The layer is larger than Transload decompresses. Its digest wasn’t verified."}
        </Alert>
      )}
      <PagedTable
        name="layer-files"
        variant="container"
        header={
          <Header
            variant="h2"
            counter={`(${formatCount(entry_count)})`}
            description={`${sourceText(listed)}${hidden > 0 ? ` The first ${formatCounted(files.entries.length, "entry", "entries")} are shown; transload-cli files prints all.` : ""}`}
          >
            {`Files of layer ${layer.number}`}
          </Header>
        }
        items={rows}
        trackBy="id"
        finds="files by path"
        words={({ path, link, kind }) => [path, link, kindLabels[kind]]}
        wrapLines
        ariaLabels={{ tableLabel: `Files of layer ${layer.number}` }}
        empty={<Box textAlign="center">No files</Box>}
        columnDefinitions={[
          {
            id: "path",
            header: "Path",
            isRowHeader: true,
            minWidth: 240,
            sortingField: "path",
            cell: (entry) => <PathCell entry={entry} />,
          },
          {
            id: "kind",
            header: "Type",
            width: 150,
            sortingField: "kind",
            cell: ({ kind }) => kindLabels[kind],
          },
          {
            id: "size",
            header: "Size",
            width: 100,
            sortingField: "size_bytes",
            cell: ({ kind, size_bytes }) => (kind === "file" ? <Bytes bytes={size_bytes} /> : "–"),
          },
          {
            id: "permissions",
            header: "Permissions",
            width: 130,
            cell: (entry) => <Box variant="code">{permissionText(entry)}</Box>,
          },
          {
            id: "owner",
            header: "Owner",
            width: 110,
            cell: ({ uid, gid }) => <span title="User ID:group ID">{`${uid}:${gid}`}</span>,
          },
          ...(hasChanges
            ? [
                {
                  id: "change",
                  header: "Change",
                  width: 110,
                  sortingField: "change",
                  cell: ({ change }: FileEntry) => (change === null ? "–" : changeLabels[change]),
                },
              ]
            : []),
        ]}
        data-testid="layer-files"
      />
    </SpaceBetween>
  );
}
