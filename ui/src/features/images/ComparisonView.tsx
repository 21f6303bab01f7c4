import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type {
  ComparedImage,
  ConfigDifference,
  ConfigSection,
  ImageComparison,
  ImageLayer,
  PackageChange,
  PackageComparison,
} from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { CopyableDigest } from "../../shared/CopyableText";
import { formatBytes, formatCount, formatCounted } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";
import { RelativeTime } from "../../shared/RelativeTime";
import { StatusText } from "../../shared/StatusText";

const sectionLabels: Record<ConfigSection, string> = {
  general: "Configuration",
  environment: "Environment variable",
  label: "Label",
  annotation: "Annotation",
};

interface ComparisonViewProps {
  comparison: ImageComparison;
  leftName: string;
  rightName: string;
}

/** The differences between two images: at the left the image of the page, at the right the other one. */
export function ComparisonView({ comparison, leftName, rightName }: ComparisonViewProps) {
  const { left, right, layers } = comparison;
  return (
    <SpaceBetween size="m">
      <Container header={<Header variant="h2">Images</Header>} data-testid="compare-sides">
        <KeyValuePairs
          columns={2}
          items={[...sideFacts("Left", leftName, left), ...sideFacts("Right", rightName, right)]}
        />
      </Container>
      <PagedTable<ConfigDifference>
        name="compare-configuration"
        variant="container"
        header={
          <Header variant="h2" counter={`(${formatCount(comparison.configuration.length)})`}>
            Configuration
          </Header>
        }
        items={comparison.configuration}
        finds="differences by name or value"
        words={({ name, left: one, right: other }) => [name, one, other]}
        wrapLines
        ariaLabels={{ tableLabel: "Differences in the configuration" }}
        empty={<Box textAlign="center">The configurations are equal.</Box>}
        columnDefinitions={[
          {
            id: "section",
            header: "Part",
            width: 180,
            cell: ({ section }) => sectionLabels[section],
          },
          { id: "name", header: "Name", isRowHeader: true, cell: ({ name }) => name },
          { id: "left", header: "Left", cell: (row) => <SideCell row={row} text={row.left} /> },
          { id: "right", header: "Right", cell: (row) => <SideCell row={row} text={row.right} /> },
        ]}
        data-testid="compare-configuration"
      />
      <LayersTable comparison={comparison} />
      <PackagesTable packages={comparison.packages} />
      <Box color="text-body-secondary" data-testid="compare-bytes">
        {`${formatCounted(layers.common, "layer", "layers")} in common (${formatBytes(layers.common_bytes)}). A computer with the left image downloads ${formatBytes(layers.right_only_bytes)} for the right one; the other way, ${formatBytes(layers.left_only_bytes)}.`}
      </Box>
      {comparison.platforms.length > 0 && <PlatformsTable comparison={comparison} />}
    </SpaceBetween>
  );
}

function sideFacts(name: string, image: string, side: ComparedImage) {
  return [
    {
      label: `${name}: ${image}`,
      value: (
        <SpaceBetween size="xxs">
          <CopyableDigest digest={side.digest} what={`${name.toLowerCase()} digest`} />
          <span>
            {[
              side.platform,
              formatBytes(side.content_bytes),
              formatCounted(side.layers, "layer", "layers"),
            ]
              .filter((text) => text !== null)
              .join(" · ")}
          </span>
          {side.created_at_ms !== null && (
            <span>
              Built <RelativeTime timeMs={side.created_at_ms} />
            </span>
          )}
        </SpaceBetween>
      ),
    },
  ];
}

function SideCell({ row, text }: { row: ConfigDifference; text: string | null }) {
  if (row.hidden) {
    return <span title="Looks like a secret">Hidden</span>;
  }
  return text === null ? (
    <Box color="text-body-secondary">Not set</Box>
  ) : (
    <span style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>{text}</span>
  );
}

interface LayerChange {
  readonly id: string;
  readonly side: "left" | "right";
  readonly layer: ImageLayer;
}

function LayersTable({ comparison: { layers } }: { comparison: ImageComparison }) {
  const changes: LayerChange[] = [
    ...layers.removed.map((layer) => ({
      id: `left ${layer.number}`,
      side: "left" as const,
      layer,
    })),
    ...layers.added.map((layer) => ({
      id: `right ${layer.number}`,
      side: "right" as const,
      layer,
    })),
  ];
  return (
    <PagedTable<LayerChange>
      name="compare-layers"
      variant="container"
      header={
        <Header
          variant="h2"
          counter={`(${formatCount(changes.length)})`}
          description="Layers above the common ones."
        >
          Layers
        </Header>
      }
      items={changes}
      trackBy="id"
      finds="layers by line or digest"
      words={({ layer }) => [layer.line, layer.digest]}
      wrapLines
      ariaLabels={{ tableLabel: "Layers that differ" }}
      empty={<Box textAlign="center">The layers are equal.</Box>}
      columnDefinitions={[
        {
          id: "side",
          header: "In",
          width: 160,
          cell: ({ side }) => (side === "left" ? "Left only" : "Right only"),
        },
        {
          id: "line",
          header: "Line of the build",
          isRowHeader: true,
          cell: ({ layer }) => (
            <div style={{ overflowWrap: "anywhere" }}>
              <Box variant="code">{layer.line ?? layer.title ?? layer.media_type}</Box>
            </div>
          ),
        },
        {
          id: "size",
          header: "Size",
          width: 110,
          cell: ({ layer }) => <Bytes bytes={layer.size_bytes} />,
        },
        {
          id: "digest",
          header: "Digest",
          width: 210,
          steady: true,
          cell: ({ layer }) => <CopyableDigest digest={layer.digest} />,
        },
      ]}
      data-testid="compare-layers"
    />
  );
}

function PackagesTable({ packages }: { packages: PackageComparison }) {
  const { left_sbom, right_sbom, changes, problem } = packages;
  const missing = !left_sbom && !right_sbom ? "either side" : left_sbom ? "the right" : "the left";
  const compared = left_sbom && right_sbom && problem === null;
  return (
    <PagedTable<PackageChange>
      name="compare-packages"
      variant="container"
      header={
        <Header
          variant="h2"
          counter={compared ? `(${formatCount(changes.length)})` : ""}
          description={
            compared
              ? `${formatCounted(packages.unchanged, "package is", "packages are")} the same.`
              : ""
          }
        >
          Packages
        </Header>
      }
      items={changes}
      finds="packages by name"
      words={({ name, package_type }) => [name, package_type]}
      ariaLabels={{ tableLabel: "Packages that differ" }}
      empty={
        <Box textAlign="center" data-testid="compare-no-packages">
          {problem !== null
            ? `Couldn’t read an SBOM: ${problem}.`
            : compared
              ? "The packages are the same."
              : `No SBOM on ${missing}, so packages can’t be compared.`}
        </Box>
      }
      columnDefinitions={[
        { id: "name", header: "Package", isRowHeader: true, cell: ({ name }) => name },
        { id: "type", header: "Type", width: 140, cell: ({ package_type }) => package_type },
        { id: "left", header: "Left", cell: ({ left }) => left ?? "–" },
        { id: "right", header: "Right", cell: ({ right }) => right ?? "–" },
        {
          id: "change",
          header: "Change",
          width: 140,
          cell: ({ left, right }) =>
            left === null ? "Added" : right === null ? "Removed" : "Changed",
        },
      ]}
      data-testid="compare-packages"
    />
  );
}

function PlatformsTable({ comparison }: { comparison: ImageComparison }) {
  return (
    <PagedTable
      name="compare-platforms"
      variant="container"
      header={<Header variant="h2">Platforms</Header>}
      items={comparison.platforms}
      trackBy="platform"
      ariaLabels={{ tableLabel: "Platforms of both images" }}
      columnDefinitions={[
        {
          id: "platform",
          header: "Platform",
          isRowHeader: true,
          cell: ({ platform }) => platform,
        },
        { id: "left", header: "Left", cell: ({ left }) => <CopyableDigest digest={left} /> },
        { id: "right", header: "Right", cell: ({ right }) => <CopyableDigest digest={right} /> },
        {
          id: "state",
          header: "Compared",
          cell: ({ left, right }) =>
            left === right ? (
              <StatusText type="success">Equal</StatusText>
            ) : left === null || right === null ? (
              <StatusText type="warning">{`Only ${left === null ? "right" : "left"}`}</StatusText>
            ) : (
              <StatusText type="info">Different</StatusText>
            ),
        },
      ]}
      data-testid="compare-platforms"
    />
  );
}
