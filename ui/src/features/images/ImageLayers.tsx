import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { HistoryLine, ImageLayer, InspectedImage } from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { CopyableDigest } from "../../shared/CopyableText";
import { formatBytes, formatCount, formatPercent } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";
import "./images.css";

/** A row: a layer, a line of the history that made none, or both. */
interface LayerRow {
  readonly id: string;
  readonly layer: ImageLayer | null;
  readonly line: HistoryLine | null;
}

/** The layers with their lines, in the order of the build. Without a fitting history, only the layers. */
export function layerRows(image: InspectedImage): LayerRow[] {
  if (!image.history_fits) {
    return image.layers.map((layer) => ({ id: `layer ${layer.number}`, layer, line: null }));
  }
  return image.history.map((line, index) => ({
    id: `line ${index}`,
    layer: image.layers.find(({ number }) => number === line.layer) ?? null,
    line,
  }));
}

/** The layers of an image with their sizes and the lines of the build that made them. */
export function ImageLayers({ image }: { image: InspectedImage }) {
  const stored = image.layers.filter(({ foreign }) => !foreign);
  const total = stored.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  const share = (bytes: number) => (total === 0 ? 0 : (bytes / total) * 100);
  return (
    <SpaceBetween size="s">
      {!image.history_fits && image.history.length > 0 && (
        <Alert type="info" data-testid="history-misfit">
          The build history doesn’t fit the layers, so no line is assigned to a layer. Squashed
          images, and images of tools such as ko and Bazel, are like this.
        </Alert>
      )}
      <PagedTable<LayerRow>
        variant="container"
        header={
          <Header
            variant="h2"
            counter={`(${formatCount(image.layers.length)})`}
            description={`${formatBytes(total)} compressed. The lowest layer comes first.`}
          >
            {image.artifact_type === null ? "Layers" : "Contents"}
          </Header>
        }
        items={layerRows(image)}
        trackBy="id"
        finds="layers by line or digest"
        words={({ layer, line }) => [
          line?.line ?? null,
          layer?.digest ?? null,
          layer?.title ?? null,
          layer?.diff_id ?? null,
        ]}
        wrapLines
        ariaLabels={{ tableLabel: "Layers" }}
        empty={<Box textAlign="center">No layers</Box>}
        columnDefinitions={[
          {
            id: "number",
            header: "#",
            width: 50,
            cell: ({ layer }) => layer?.number ?? "–",
          },
          {
            id: "line",
            header: image.artifact_type === null ? "Line of the build" : "File",
            isRowHeader: true,
            minWidth: 200,
            cell: (row) => <LineCell row={row} />,
          },
          {
            id: "size",
            header: "Size",
            width: 90,
            cell: ({ layer }) => (layer === null ? "–" : <Bytes bytes={layer.size_bytes} />),
          },
          {
            id: "share",
            header: "Share",
            width: 125,
            cell: ({ layer }) =>
              layer === null || layer.foreign ? (
                "–"
              ) : (
                <ShareBar percent={share(layer.size_bytes)} />
              ),
          },
          {
            id: "type",
            header: "Media type",
            width: 120,
            cell: ({ layer }) => layer !== null && <LayerType layer={layer} />,
          },
          {
            id: "digest",
            header: "Digest",
            width: 195,
            cell: ({ layer }) => layer !== null && <CopyableDigest digest={layer.digest} />,
          },
        ]}
        data-testid="image-layers"
      />
    </SpaceBetween>
  );
}

function LineCell({ row: { layer, line } }: { row: LayerRow }) {
  const text = line?.line || layer?.title || line?.comment || layer?.media_type || "–";
  const values = line?.arguments ?? [];
  return (
    <div style={{ overflowWrap: "anywhere" }}>
      <Box variant="code">{text}</Box>
      {values.length > 0 && (
        <Box color="text-body-secondary" fontSize="body-s">
          {`Build arguments: ${values.map(({ name, value }) => `${name}=${value ?? "hidden"}`).join(" ")}`}
        </Box>
      )}
    </div>
  );
}

/** The kind of compression in short, with the media type on hover. */
function LayerType({ layer }: { layer: ImageLayer }) {
  const [, short] = /\.(tar(?:[.+](?:gzip|zstd))?)$/.exec(layer.media_type) ?? [];
  return (
    <span title={layer.media_type}>
      {short?.replace(".", "+") ?? layer.media_type}
      {layer.foreign && " (stored outside the registry)"}
    </span>
  );
}

/** A bar with its number. */
function ShareBar({ percent }: { percent: number }) {
  return (
    <span style={{ display: "inline-flex", gap: 6, alignItems: "center", whiteSpace: "nowrap" }}>
      <span className="image-share" aria-hidden="true">
        <span style={{ inlineSize: `${percent}%` }} />
      </span>
      {percent > 0 && percent < 1 ? "< 1%" : formatPercent(Math.round(percent))}
    </span>
  );
}
