import ProgressBar from "@cloudscape-design/components/progress-bar";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { memo, useState } from "react";
import { wordsOf } from "../../../errors";
import type { ImageProgress, LayerProgress } from "../../../ipc/generated";
import { CopyableDigest } from "../../../shared/CopyableText";
import { formatBytes, formatCount, shortDigest } from "../../../shared/format";
import { MiddleEllipsis } from "../../../shared/MiddleEllipsis";
import { FullTable } from "../../../shared/PagedTable";
import { StatusText } from "../../../shared/StatusText";
import { type grouped, type ImageGroup, imageGroups } from "./imageGroups";
import { imageBytes } from "./jobState";
import "./progress.css";

type JobRow =
  | { readonly kind: "image"; readonly id: string; readonly image: ImageProgress }
  | { readonly kind: "layer"; readonly id: string; readonly layer: LayerProgress };

// Unchanged images keep their row object, because a job can have thousands of images.
const rowsOfImages = new WeakMap<ImageProgress, JobRow>();

function rowOf(image: ImageProgress): JobRow {
  const known = rowsOfImages.get(image);
  if (known !== undefined) {
    return known;
  }
  const row: JobRow = { kind: "image", id: String(image.planned.image), image };
  rowsOfImages.set(image, row);
  return row;
}

/** A progress bar as high as a line of text. */
function ByteProgress({
  sent,
  total,
  label,
}: {
  sent: number;
  total: number | null;
  label: string;
}) {
  if (total === null || total === 0) {
    return <StatusText type="in-progress">Uploading</StatusText>;
  }
  return (
    <div className="job-progress-cell">
      <ProgressBar
        variant="standalone"
        value={Math.min(100, Math.floor((sent / total) * 100))}
        ariaLabel={label}
      />
    </div>
  );
}

/** The bytes of an image or a layer: `1.2 of 3.1 MB`. */
function BytesCell({ row }: { row: JobRow }) {
  if (row.kind === "image") {
    const { sent, total } = imageBytes(row.image);
    return total === 0 ? null : sentOf(sent, total);
  }
  const { state } = row.layer;
  switch (state.kind) {
    case "waiting":
      return state.total_bytes === null ? null : formatBytes(state.total_bytes);
    case "sending":
      return sentOf(state.sent_bytes, state.total_bytes);
    case "done":
      return formatBytes(state.sent_bytes);
    default:
      return null;
  }
}

function sentOf(sent: number, total: number | null): string {
  return total === null || total === sent
    ? formatBytes(sent)
    : `${formatBytes(sent)} of ${formatBytes(total)}`;
}

function ImageStateCell({ image }: { image: ImageProgress }) {
  const state = image.state;
  switch (state.kind) {
    case "waiting":
      return <StatusText type="pending">Waiting</StatusText>;
    case "tagged":
      return <StatusText type="pending">Tagged</StatusText>;
    case "pushing": {
      const { sent, total } = imageBytes(image);
      return (
        <ByteProgress sent={sent} total={total} label={`Progress of ${image.planned.source}`} />
      );
    }
    case "pushed":
      return <StatusText type="in-progress">Pushed, verification pending</StatusText>;
    case "verifying":
      return <StatusText type="loading">Verifying digest</StatusText>;
    case "done":
      return <StatusText type="success">Done</StatusText>;
    case "unchanged":
      return image.planned.action.kind === "keep_existing" ? (
        <StatusText type="info">Skipped: existing image kept</StatusText>
      ) : (
        <StatusText type="success">Up to date</StatusText>
      );
    case "cancelled":
      return <StatusText type="stopped">Stopped</StatusText>;
    case "failed": {
      const words = wordsOf(state.error);
      return (
        <span className="one-line" title={`${words.title}\n${state.error.message}`}>
          <StatusText type="error">
            {words.title}: {state.error.message}
          </StatusText>
        </span>
      );
    }
  }
}

function LayerStateCell({ layer }: { layer: LayerProgress }) {
  const state = layer.state;
  switch (state.kind) {
    case "waiting":
      return <StatusText type="pending">Waiting</StatusText>;
    case "already_there":
      return <StatusText type="success">Reused</StatusText>;
    case "mounted":
      return <StatusText type="success">Reused from another repository</StatusText>;
    case "sending":
      return (
        <ByteProgress
          sent={state.sent_bytes}
          total={state.total_bytes}
          label={`Progress of layer ${layer.layer}`}
        />
      );
    case "done":
      return <StatusText type="success">Done</StatusText>;
    case "failed":
      return <StatusText type="error">Failed</StatusText>;
  }
}

const groupNames: Record<ImageGroup, string> = {
  active: "Active",
  failed: "Failed",
  waiting: "Waiting",
  done: "Done",
};

interface JobImagesTableProps {
  groups: ReturnType<typeof grouped>;
}

/**
 * The images of a job, active ones first, expandable to their layers. It is memoized: a click on Pause
 * doesn’t wait for it.
 */
export const JobImagesTable = memo(function JobImagesTable({ groups }: JobImagesTableProps) {
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<ImageGroup | "all">("all");
  const all = imageGroups.flatMap((group) => groups[group]);
  const rows = (chosen === "all" ? all : groups[chosen]).map(rowOf);
  const children = (row: JobRow): JobRow[] =>
    row.kind === "image"
      ? row.image.layers.map((layer) => ({
          kind: "layer",
          id: `${row.id} ${layer.layer}`,
          layer,
        }))
      : [];
  const toggle = (id: string, open: boolean) => {
    const next = new Set(expanded);
    if (open) {
      next.add(id);
    } else {
      next.delete(id);
    }
    setExpanded(next);
  };
  return (
    <FullTable<JobRow>
      name="job-images"
      items={rows}
      words={(row) =>
        row.kind === "image"
          ? [row.image.planned.source, row.image.planned.destination, row.image.state.kind]
          : []
      }
      finds="images by name or state"
      filters={
        <SegmentedControl
          label="State of the images"
          selectedId={chosen}
          options={[
            { id: "all", text: `All ${formatCount(all.length)}` },
            ...imageGroups.map((group) => ({
              id: group,
              text: `${groupNames[group]} ${formatCount(groups[group].length)}`,
            })),
          ]}
          onChange={({ detail }) => setChosen(detail.selectedId as ImageGroup | "all")}
          data-testid="job-groups"
        />
      }
      empty="No images in this state"
      trackBy="id"
      data-testid="job-images"
      ariaLabels={{
        tableLabel: "Images of the migration",
        expandButtonLabel: (row) =>
          `Show layers of ${row.kind === "image" ? row.image.planned.source : ""}`,
        collapseButtonLabel: (row) =>
          `Hide layers of ${row.kind === "image" ? row.image.planned.source : ""}`,
      }}
      expandableRows={{
        getItemChildren: children,
        isItemExpandable: (row) => row.kind === "image" && row.image.layers.length > 0,
        expandedItems: rows.filter((row) => expanded.has(row.id)),
        onExpandableItemToggle: ({ detail }) => toggle(detail.item.id, detail.expanded),
      }}
      columnDefinitions={[
        {
          id: "image",
          header: "Image or layer",
          width: 300,
          grow: 2,
          isRowHeader: true,
          cell: (row) =>
            row.kind === "image" ? (
              <span className="job-image" data-testid={`job-image-${row.id}`}>
                <MiddleEllipsis text={row.image.planned.source} tail={16} />
              </span>
            ) : row.layer.layer.includes(":") ? (
              <CopyableDigest digest={row.layer.layer} what="digest of the layer" />
            ) : (
              shortDigest(`:${row.layer.layer}`).slice(1)
            ),
        },
        {
          id: "destination",
          header: "To",
          width: 260,
          grow: 2,
          cell: (row) =>
            row.kind === "image" ? (
              <MiddleEllipsis text={row.image.planned.destination} tail={16} />
            ) : null,
        },
        {
          id: "state",
          header: "State",
          width: 230,
          grow: 1,
          cell: (row) =>
            row.kind === "image" ? (
              <span data-testid={`job-state-${row.id}`} data-state={row.image.state.kind}>
                <ImageStateCell image={row.image} />
              </span>
            ) : (
              <LayerStateCell layer={row.layer} />
            ),
        },
        {
          id: "bytes",
          header: "Transferred",
          width: 150,
          cell: (row) => <BytesCell row={row} />,
        },
      ]}
    />
  );
});
