import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type {
  HiddenFile,
  ImageLocation,
  InspectedImage,
  LayerChanges,
  StackChanges,
} from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { formatBytes, formatCount } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";
import { ListingProgress } from "./ListingProgress";
import { useListing } from "./useListing";

interface LayerChangesViewProps {
  location: ImageLocation;
  image: InspectedImage;
}

/** What each layer adds, changes and deletes. Lists all layers when the user starts it. */
export function LayerChangesView({ location, image }: LayerChangesViewProps) {
  const backend = useBackend();
  const { answer, error, progress, running, start, stop } = useListing<StackChanges>();
  const bytes = image.layers.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  const list = () =>
    start((attempt, onProgress) => backend.imageLayerChanges(location, attempt, onProgress));
  if (error !== null) {
    return <ErrorAlert error={error} actions={{ retry: list }} />;
  }
  if (running) {
    return <ListingProgress progress={progress} onStop={stop} />;
  }
  if (answer === null) {
    return (
      <SpaceBetween direction="horizontal" size="s" alignItems="center">
        <Button onClick={list} data-testid="changes-start">
          Find wasted space
        </Button>
        <Box color="text-body-secondary">
          {`Lists the files of all layers: up to ${formatBytes(bytes)} are downloaded. Nothing is extracted.`}
        </Box>
      </SpaceBetween>
    );
  }
  return <ChangesTables changes={answer} />;
}

function ChangesTables({ changes }: { changes: StackChanges }) {
  const rows = changes.hidden_files.map((file, index) => ({ ...file, id: `${index}` }));
  return (
    <SpaceBetween size="m" data-testid="layer-changes">
      {changes.is_incomplete && (
        <Alert type="warning">
          A layer couldn’t be listed completely, so the numbers are a lower bound.
        </Alert>
      )}
      <PagedTable<LayerChanges>
        name="layer-changes"
        variant="container"
        header={
          <Header
            variant="h2"
            description={`${formatBytes(changes.hidden_bytes)} of files are overwritten or deleted by a later layer, uncompressed.`}
          >
            Changes by layer
          </Header>
        }
        items={changes.layers}
        trackBy="number"
        ariaLabels={{ tableLabel: "Changes by layer" }}
        columnDefinitions={[
          { id: "number", header: "#", isRowHeader: true, width: 60, cell: ({ number }) => number },
          { id: "added", header: "Added", cell: ({ added }) => formatCount(added) },
          { id: "changed", header: "Changed", cell: ({ changed }) => formatCount(changed) },
          { id: "deleted", header: "Deleted", cell: ({ deleted }) => formatCount(deleted) },
          { id: "bytes", header: "Files", cell: ({ bytes }) => <Bytes bytes={bytes} /> },
          {
            id: "hides",
            header: "Hides of lower layers",
            cell: ({ hides_bytes }) => <Bytes bytes={hides_bytes} />,
          },
        ]}
      />
      {rows.length > 0 && (
        <PagedTable<HiddenFile & { id: string }>
          name="wasted-space"
          variant="container"
          header={
            <Header variant="h2" description="The largest files that a later layer hides.">
              Wasted space
            </Header>
          }
          items={rows}
          trackBy="id"
          finds="files by path"
          words={({ path }) => [path]}
          wrapLines
          ariaLabels={{ tableLabel: "Wasted space" }}
          columnDefinitions={[
            {
              id: "path",
              header: "Path",
              isRowHeader: true,
              cell: ({ path }) => <span style={{ overflowWrap: "anywhere" }}>{path}</span>,
            },
            {
              id: "bytes",
              header: "Size",
              width: 110,
              cell: ({ bytes }) => <Bytes bytes={bytes} />,
            },
            { id: "in", header: "In layer", width: 100, cell: ({ in_layer }) => in_layer },
            { id: "by", header: "Hidden by", width: 110, cell: ({ hidden_by }) => hidden_by },
          ]}
        />
      )}
    </SpaceBetween>
  );
}
