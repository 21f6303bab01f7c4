import Box from "@cloudscape-design/components/box";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { hierarchy, treemap } from "d3-hierarchy";
import { useRef, useState } from "react";
import { MeasuredWidth } from "../../../shared/MeasuredWidth";
import { OneLine } from "../../../shared/MiddleEllipsis";
import { PagedTable } from "../../../shared/PagedTable";
import { RelativeTime } from "../../../shared/RelativeTime";
import { useNow } from "../../../shared/useNow";
import {
  nodeShare,
  nodeSize,
  type PullAge,
  pullAge,
  pullAgeLabels,
  type StorageNode,
  shareText,
  visibleCells,
} from "./storageNodes";
import "./storage.css";

/** Height of the picture in pixels. */
const height = 380;

/** A smaller rectangle has no label. */
const minLabel = { width: 24, height: 16 };

interface Rectangle {
  readonly node: StorageNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function rectangles(cells: readonly StorageNode[], width: number): Rectangle[] {
  if (cells.length === 0) {
    return [];
  }
  interface Datum {
    readonly node: StorageNode | null;
    readonly children?: readonly Datum[];
  }
  const data: Datum = { node: null, children: cells.map((node) => ({ node })) };
  const root = hierarchy<Datum>(data, ({ children }) => (children ? [...children] : undefined)).sum(
    ({ node }) => node?.bytes ?? 0,
  );
  const placed = treemap<Datum>().size([width, height]).paddingInner(2).round(true)(root);
  return placed
    .leaves()
    .flatMap(({ data: { node }, x0, y0, x1, y1 }) =>
      node === null ? [] : { node, x: x0, y: y0, width: x1 - x0, height: y1 - y0 },
    );
}

interface TreemapProps {
  /** What the picture shows, for example `Storage by repository`. */
  label: string;
  /** The name of the whole, for example `All repositories`. */
  rootName: string;
  nodes: readonly StorageNode[];
  /** Opens a part that consists of nothing. */
  onOpen?: (node: StorageNode) => void;
  /** Leaves the picture upward. */
  onUp?: () => void;
  /** What the parts are: `Repository` or `Image`. */
  partHeader: string;
}

/**
 * A treemap with its numbers in a table. A part opens with a click, and Escape goes up. The color shows the age of the
 * last pull, which the name and the table say too.
 */
export function Treemap({ label, rootName, nodes, onOpen, onUp, partHeader }: TreemapProps) {
  const now = useNow();
  const [width, setWidth] = useState(560);
  const [path, setPath] = useState<readonly StorageNode[]>([]);
  const picture = useRef<HTMLFieldSetElement>(null);
  // New numbers replace the opened parts.
  const opened: StorageNode[] = [];
  let parts = nodes;
  for (const { id } of path) {
    const next =
      visibleCells(parts).find((node) => node.id === id) ?? parts.find((node) => node.id === id);
    if (next === undefined || next.parts.length === 0) {
      break;
    }
    opened.push(next);
    parts = next.parts;
  }
  const cells = visibleCells(parts);
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const show = (next: readonly StorageNode[]) => {
    setPath(next);
    // The opened rectangle is gone.
    setTimeout(() => picture.current?.querySelector("button")?.focus());
  };
  const open = (node: StorageNode) => {
    if (node.parts.length > 0) {
      show([...opened, node]);
    } else if (node.pulledAtMs !== undefined) {
      onOpen?.(node);
    }
  };
  const up = () => {
    if (opened.length > 0) {
      show(opened.slice(0, -1));
    } else {
      onUp?.();
    }
  };
  const ages = new Set(cells.map(({ pulledAtMs }) => pullAge(pulledAtMs, now)));
  const nameOf = (node: StorageNode) =>
    `${node.name}, ${nodeSize(node)}, ${shareText(node.bytes, total)}, ${pullAgeLabels[pullAge(node.pulledAtMs, now)].toLowerCase()}`;
  return (
    <SpaceBetween size="xs">
      {(opened.length > 0 || onUp !== undefined) && (
        <BreadcrumbGroup
          ariaLabel={`Opened parts of ${label.toLowerCase()}`}
          items={[rootName, ...opened.map(({ name }) => name)].map((text, level) => ({
            text,
            href: `#${level}`,
          }))}
          onFollow={(event) => {
            event.preventDefault();
            show(opened.slice(0, Number(event.detail.href.slice(1))));
          }}
        />
      )}
      <div className="treemap-columns">
        <MeasuredWidth onWidth={setWidth}>
          <fieldset
            ref={picture}
            className="treemap"
            style={{ blockSize: height }}
            aria-label={label}
            onKeyDown={(event) => {
              if (event.key === "Escape") {
                event.stopPropagation();
                up();
              }
            }}
            data-testid="treemap"
          >
            {rectangles(cells, width).map(({ node, x, y, width: wide, height: high }) => (
              <button
                key={node.id}
                type="button"
                className={`treemap-cell treemap-${pullAge(node.pulledAtMs, now)}`}
                style={{
                  insetInlineStart: x,
                  insetBlockStart: y,
                  inlineSize: wide,
                  blockSize: high,
                }}
                aria-label={nameOf(node)}
                title={nameOf(node)}
                onClick={() => open(node)}
              >
                {wide >= minLabel.width && high >= minLabel.height && (
                  <span className="treemap-label">
                    {node.name}
                    {high >= 2 * minLabel.height && <small>{nodeSize(node)}</small>}
                  </span>
                )}
              </button>
            ))}
          </fieldset>
          <Legend ages={ages} />
        </MeasuredWidth>
        <div className="treemap-table">
          <PagedTable
            name="storage-parts"
            variant="embedded"
            items={[...parts].sort((one, other) => other.bytes - one.bytes)}
            trackBy="id"
            words={({ name }) => [name]}
            finds={`${partHeader.toLowerCase()} by name`}
            ariaLabels={{ tableLabel: `${label}, as a table` }}
            columnDefinitions={[
              {
                id: "name",
                header: partHeader,
                isRowHeader: true,
                width: 140,
                minWidth: 90,
                grow: 1,
                sortingField: "name",
                cell: (node) =>
                  node.parts.length > 0 ||
                  (onOpen !== undefined && node.pulledAtMs !== undefined) ? (
                    <Button
                      variant="inline-link"
                      ariaLabel={`Open ${node.name}`}
                      onClick={() => open(node)}
                    >
                      <OneLine text={node.name} />
                    </Button>
                  ) : (
                    <OneLine text={node.name} />
                  ),
              },
              {
                id: "size",
                header: "Size",
                width: 100,
                sortingComparator: (one, other) => one.bytes - other.bytes,
                cell: (node) => nodeSize(node),
              },
              {
                id: "share",
                header: "Share",
                width: 90,
                cell: (node) => nodeShare(node, total),
              },
              {
                id: "pulled",
                header: "Last pull",
                width: 135,
                sortingComparator: (one, other) => (one.pulledAtMs ?? 0) - (other.pulledAtMs ?? 0),
                cell: ({ pulledAtMs }) => <RelativeTime timeMs={pulledAtMs ?? null} />,
              },
            ]}
            data-testid="treemap-table"
          />
        </div>
      </div>
    </SpaceBetween>
  );
}

function Legend({ ages }: { ages: ReadonlySet<PullAge> }) {
  const shown = (Object.keys(pullAgeLabels) as PullAge[]).filter((age) => ages.has(age));
  return (
    <Box variant="small" color="text-body-secondary">
      <ul className="treemap-legend">
        {shown.map((age) => (
          <li key={age}>
            <span className={`treemap-swatch treemap-${age}`} aria-hidden="true" />
            {pullAgeLabels[age]}
          </li>
        ))}
      </ul>
    </Box>
  );
}
