import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type {
  HistoryLine,
  ImageLayer,
  ImageLocation,
  InspectedImage,
  LayerSharing,
} from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { CopyableDigest } from "../../shared/CopyableText";
import { formatBytes, formatCount, formatCounted, formatPercent } from "../../shared/format";
import { FullTable } from "../../shared/PagedTable";
import { useRequest } from "../../shared/useRequest";
import "./images.css";
import { LayerChangesView } from "./LayerChangesView";
import { LayerFilesView } from "./LayerFilesView";

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

interface ImageLayersProps {
  image: InspectedImage;
  location: ImageLocation;
}

/** Whether a layer is an archive of files in the registry. */
function hasFiles(layer: ImageLayer | null): layer is ImageLayer {
  return layer !== null && !layer.foreign && /[./+]tar(?:[.+]|$)/.test(layer.media_type);
}

/** The layers of an image with their sizes and the lines of the build that made them. */
export function ImageLayers({ image, location }: ImageLayersProps) {
  const [opened, setOpened] = useState<ImageLayer | null>(null);
  const ofImage = { ...location, reference: image.digest };
  const backend = useBackend();
  const { source, repository } = location;
  const sharing = useRequest(
    source.kind === "ecr" ? JSON.stringify([source, repository, image.digest]) : null,
    () =>
      source.kind === "ecr"
        ? backend.imageLayerSharing(source.connection, repository, image.digest)
        : Promise.reject(new Error("not an ECR repository")),
  );
  const shared = sharing.answer;
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
      {shared !== null && shared.base_guess !== null && (
        <Box color="text-body-secondary" data-testid="base-guess">
          {`Probably based on ${shared.base_guess.name}: its ${formatCounted(shared.base_guess.layers, "layer is the first layer", "layers are the first layers")} of this image.`}
        </Box>
      )}
      {sharing.error !== null && (
        <ErrorAlert error={sharing.error} actions={{ retry: sharing.reload }} />
      )}
      <FullTable<LayerRow>
        section
        wrapsLines
        name="image-layers"
        storageKey="image.layers.table"
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
        ariaLabels={{ tableLabel: "Layers" }}
        empty={<Box textAlign="center">No layers</Box>}
        columnDefinitions={[
          {
            id: "number",
            header: "#",
            width: 50,
            minWidth: 50,
            cell: ({ layer }) => layer?.number ?? "–",
          },
          {
            id: "line",
            header: image.artifact_type === null ? "Line of the build" : "File",
            isRowHeader: true,
            width: 300,
            minWidth: 180,
            grow: 1,
            cell: (row) => <LineCell row={row} />,
          },
          {
            id: "size",
            header: "Size",
            width: 85,
            cell: ({ layer }) => (layer === null ? "–" : <Bytes bytes={layer.size_bytes} />),
          },
          {
            id: "share",
            header: "Share",
            width: 125,
            hideOrder: 2,
            cell: ({ layer }) =>
              layer === null || layer.foreign ? (
                "–"
              ) : (
                <ShareBar percent={share(layer.size_bytes)} />
              ),
          },
          ...(source.kind === "ecr"
            ? [
                {
                  id: "shared",
                  header: "Also in",
                  width: 140,
                  cell: ({ layer }: LayerRow) =>
                    layer !== null &&
                    !layer.foreign && <SharedCell layer={layer} sharing={shared} />,
                },
              ]
            : []),
          {
            id: "type",
            header: "Media type",
            width: 120,
            hideOrder: 1,
            cell: ({ layer }) => layer !== null && <LayerType layer={layer} />,
          },
          {
            id: "digest",
            header: "Digest",
            width: 220,
            steady: true,
            cell: ({ layer }) => layer !== null && <CopyableDigest digest={layer.digest} />,
          },
          {
            id: "files",
            unsorted: true,
            header: "Files",
            width: 70,
            cell: ({ layer }) =>
              hasFiles(layer) && (
                <Button
                  variant="inline-link"
                  wrapText={false}
                  ariaLabel={`View the files of layer ${layer.number}`}
                  onClick={() => setOpened(layer)}
                  data-testid={`layer-files-${layer.number}`}
                >
                  View
                </Button>
              ),
          },
        ]}
        data-testid="image-layers"
      />
      {opened !== null && <LayerFilesView key={opened.number} location={ofImage} layer={opened} />}
      {image.artifact_type === null && image.layers.some(hasFiles) && (
        <LayerChangesView location={ofImage} image={image} />
      )}
    </SpaceBetween>
  );
}

/** The other images and repositories that have a layer, in short, with their names on hover. */
function SharedCell({ layer, sharing }: { layer: ImageLayer; sharing: LayerSharing | null }) {
  const found = sharing?.layers.find(({ digest }) => digest === layer.digest);
  if (sharing === null || found === undefined) {
    return <span>–</span>;
  }
  const parts = [
    found.image_count > 0 ? formatCounted(found.image_count, "image", "images") : null,
    found.repositories.length > 0
      ? formatCounted(found.repositories.length, "repository", "repositories")
      : null,
  ].filter((part) => part !== null);
  const unread =
    sharing.unread > 0
      ? `${formatCounted(sharing.unread, "image", "images")} of the repository not read. Compute sizes reads them.`
      : null;
  const names = [...found.images, ...found.repositories, unread].filter((name) => name !== null);
  return (
    <span title={names.join("\n") || undefined}>
      {parts.join(", ") || (unread === null ? "Only here" : "Not known")}
    </span>
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
