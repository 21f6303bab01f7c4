import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ImageInspection, ManifestKind, PlatformManifest } from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { CommandList } from "../../shared/CommandList";
import { CopyableDigest, CopyableText } from "../../shared/CopyableText";
import { formatBytes, formatCount, shortDigest } from "../../shared/format";
import { LastPull } from "../../shared/LastPull";
import type { OpenedImage, ReferencingImage } from "../../shared/openedImage";
import { PagedTable } from "../../shared/PagedTable";
import { RelativeTime } from "../../shared/RelativeTime";
import { StatusText } from "../../shared/StatusText";
import { BaseImage } from "./BaseImage";
import { ValuesTable } from "./ValuesTable";

const kindLabels: Record<ManifestKind, string> = {
  image: "Image",
  index: "Image index",
  artifact: "Artifact",
};

interface ImageOverviewProps {
  image: OpenedImage;
  inspection: ImageInspection;
}

/** What the image is: tags, digest, platforms, and how to pull it. */
export function ImageOverview({ image, inspection }: ImageOverviewProps) {
  const selected = inspection.image;
  const commands = [
    ...image.tags.slice(0, 1).map((tag) => `docker pull ${image.uri}:${tag}`),
    `docker pull ${image.uri}@${inspection.digest}`,
    ...(selected === null || selected.digest === inspection.digest
      ? []
      : [`docker pull ${image.uri}@${selected.digest}`]),
  ];
  return (
    <SpaceBetween size="m">
      <Container header={<Header variant="h2">Image</Header>} data-testid="image-facts">
        <KeyValuePairs columns={3} items={facts(image, inspection)} />
      </Container>
      {inspection.kind === "index" && <PlatformsTable inspection={inspection} />}
      <Container
        header={
          <Header
            variant="h2"
            description="By tag, and by digest. A digest always names the same image."
          >
            Pull commands
          </Header>
        }
      >
        <CommandList commands={commands} />
      </Container>
      {inspection.kind === "index" && inspection.annotations.length > 0 && (
        <ValuesTable title="Annotations of the index" values={inspection.annotations} />
      )}
      {selected !== null && selected.annotations.length > 0 && (
        <ValuesTable title="Annotations" values={selected.annotations} />
      )}
    </SpaceBetween>
  );
}

/** More names can't be read in one fact. */
const listedReferences = 10;

/** What refers to the image. Each name opens its page. */
function References({ found }: { found: readonly ReferencingImage[] }) {
  const more = found.length - listedReferences;
  if (found.length === 0) {
    return "Nothing in this repository";
  }
  return (
    <span>
      {found.slice(0, listedReferences).map(({ name, open }, index) => (
        <span key={name}>
          {index > 0 && ", "}
          <Button variant="inline-link" ariaLabel={`Open ${name}`} onClick={open}>
            {name}
          </Button>
        </span>
      ))}
      {more > 0 && ` and ${formatCount(more)} more`}
    </span>
  );
}

function facts(image: OpenedImage, inspection: ImageInspection) {
  const selected = inspection.image;
  const config = selected?.config ?? null;
  const annotations = [
    ...(selected?.annotations ?? []),
    ...inspection.annotations,
    ...(config?.labels ?? []),
  ];
  const annotation = (name: string) =>
    annotations.find((one) => one.name === `org.opencontainers.image.${name}`)?.value ?? null;
  const base = { name: annotation("base.name"), digest: annotation("base.digest") };
  return [
    {
      label: "Tags",
      value:
        image.tags.length === 0 ? (
          "Untagged"
        ) : (
          <SpaceBetween direction="horizontal" size="xxs">
            {image.tags.slice(0, 30).map((tag) => (
              <Badge key={tag}>{tag}</Badge>
            ))}
            {image.tags.length > 30 && <span>{`+${formatCount(image.tags.length - 30)}`}</span>}
          </SpaceBetween>
        ),
    },
    { label: "Digest", value: <CopyableDigest digest={inspection.digest} /> },
    {
      label: "Type",
      value: <span title={inspection.media_type}>{kindLabels[inspection.kind]}</span>,
    },
    ...(selected?.artifact_type ? [{ label: "Artifact type", value: selected.artifact_type }] : []),
    {
      label: selected?.platform ? `Size of ${selected.platform}` : "Size",
      value: selected === null ? "–" : formatBytes(selected.content_bytes),
    },
    {
      label: "Built",
      value: config?.fixed_date ? (
        "No date (reproducible build)"
      ) : (
        <RelativeTime timeMs={config?.created_at_ms ?? null} />
      ),
    },
    { label: "Pushed", value: <RelativeTime timeMs={image.pushedAtMs} /> },
    {
      label: "Last pulled",
      value: (
        <LastPull
          name={image.tags[0] ?? shortDigest(image.digest)}
          pulledAtMs={image.pulledAtMs}
          ownReadAtMs={image.ownReadAtMs}
        />
      ),
    },
    { label: "Layers", value: selected === null ? "–" : formatCount(selected.layers.length) },
    ...(inspection.attestations > 0
      ? [{ label: "Attestations in the index", value: formatCount(inspection.attestations) }]
      : []),
    ...(image.referencedBy === null
      ? []
      : [{ label: "Referenced by", value: <References found={image.referencedBy} /> }]),
    ...(selected?.subject
      ? [{ label: "Refers to", value: <CopyableDigest digest={selected.subject} /> }]
      : []),
    ...(["version", "revision", "source"] as const).flatMap((name) => {
      const text = annotation(name);
      const label = name[0]?.toUpperCase() + name.slice(1);
      return text === null ? [] : [{ label, value: <CopyableText text={text} what={name} /> }];
    }),
    ...(base.name === null && base.digest === null
      ? []
      : [{ label: "Based on", value: <BaseImage name={base.name} digest={base.digest} /> }]),
  ];
}

function PlatformsTable({ inspection }: { inspection: ImageInspection }) {
  return (
    <PagedTable<PlatformManifest>
      name="image-platforms"
      variant="container"
      header={
        <Header variant="h2" counter={`(${formatCount(inspection.platforms.length)})`}>
          Platforms
        </Header>
      }
      items={inspection.platforms}
      finds="platforms"
      words={({ platform, digest }) => [platform, digest]}
      empty={<Box textAlign="center">The index contains no images.</Box>}
      ariaLabels={{ tableLabel: "Platforms" }}
      columnDefinitions={[
        {
          id: "platform",
          header: "Platform",
          isRowHeader: true,
          cell: ({ platform, os_version }) =>
            [platform ?? "Unknown", os_version].filter((text) => text !== null).join(" "),
        },
        {
          id: "digest",
          header: "Digest",
          cell: ({ digest }) => <CopyableDigest digest={digest} />,
        },
        {
          id: "manifest",
          header: "Manifest",
          cell: ({ manifest_bytes }) => <Bytes bytes={manifest_bytes} />,
        },
        {
          id: "selected",
          header: "Selected",
          cell: ({ selected }) => selected && <StatusText type="success">Shown</StatusText>,
        },
      ]}
      data-testid="image-platforms"
    />
  );
}
