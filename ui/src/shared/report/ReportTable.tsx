import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Fragment } from "react";
import { nextSteps, wordsOf } from "../../errors";
import type { ImageReport } from "../../ipc/generated";
import { CopyableDigest, CopyableText } from "../CopyableText";
import { formatCounted } from "../format";
import { PagedTable } from "../PagedTable";
import { StatusText } from "../StatusText";
import { isVerified, shownStanding } from "./standings";

function ResultCell({ image }: { image: ImageReport }) {
  const result = image.result;
  if (result.kind === "failed") {
    const words = wordsOf(result.error);
    return (
      <SpaceBetween size="xxs">
        <StatusText type="error">{words.title}</StatusText>
        <span>{result.error.message}</span>
        <span>{nextSteps(result.error)[0]}</span>
        {image.left_behind.length > 0 && <LeftBehindList image={image} />}
      </SpaceBetween>
    );
  }
  const standing = shownStanding(image);
  return (
    <SpaceBetween size="xxs">
      <StatusText type={standing.type}>{standing.text}</StatusText>
      <span>
        {result.kind === "unchanged" && isVerified(image) ? "Skipped, already up to date. " : ""}
        {standing.description}
      </span>
      {image.source_moved_to !== null && (
        <>
          <StatusText type="info">Source tag changed</StatusText>
          <span>
            The source tag now points to <CopyableDigest digest={image.source_moved_to} />. To copy
            this image too, choose Run again.
          </span>
        </>
      )}
      {image.left_behind.length > 0 && <LeftBehindList image={image} />}
    </SpaceBetween>
  );
}

function LeftBehindList({ image }: { image: ImageReport }) {
  const left = image.left_behind;
  return (
    <span data-testid={`left-behind-${image.image}`}>
      <StatusText type="warning">
        {formatCounted(left.length, "referrer", "referrers")} not copied
      </StatusText>
      <ExpandableSection headerText="Details">
        <SpaceBetween size="xs">
          {left.map(({ name, error }) => (
            <SpaceBetween key={name} size="xxs">
              <CopyableText text={name} what="name of the referrer" />
              <span>{error.message}</span>
            </SpaceBetween>
          ))}
        </SpaceBetween>
      </ExpandableSection>
    </span>
  );
}

const digestKinds: readonly {
  readonly id: string;
  readonly label: string;
  readonly of: (image: ImageReport) => string | null;
}[] = [
  { id: "source", label: "Source", of: (image) => image.source_digest },
  { id: "pushed", label: "Pushed", of: (image) => image.pushed_digest },
  { id: "registry", label: "Registry", of: (image) => image.registry_digest },
  { id: "ecr", label: "In ECR", of: (image) => image.ecr_digest },
];

/** The platforms of an index with their state in ECR. */
function PlatformsList({ image }: { image: ImageReport }) {
  const { platforms } = image;
  const lost = platforms.filter((part) => !part.in_ecr).length;
  const counted = formatCounted(platforms.length, "platform", "platforms");
  return (
    <ExpandableSection
      headerText={lost === 0 ? `${counted}, all verified` : `${counted}, ${lost} not in ECR`}
      defaultExpanded={lost > 0}
      data-testid={`platforms-${image.image}`}
    >
      <div style={{ display: "grid", gridTemplateColumns: "max-content 1fr", columnGap: "12px" }}>
        {platforms.map((part) => (
          <Fragment key={part.digest}>
            <StatusText type={part.in_ecr ? "success" : "error"}>{part.platform}</StatusText>
            <CopyableDigest
              digest={part.digest}
              what={`digest of ${image.destination} for ${part.platform}`}
            />
          </Fragment>
        ))}
      </div>
    </ExpandableSection>
  );
}

function DigestsCell({ image }: { image: ImageReport }) {
  return (
    <SpaceBetween size="xs">
      <TagDigests image={image} />
      {image.platforms.length > 0 && <PlatformsList image={image} />}
    </SpaceBetween>
  );
}

function TagDigests({ image }: { image: ImageReport }) {
  return (
    <div style={{ display: "grid", gridTemplateColumns: "max-content 1fr", columnGap: "12px" }}>
      {digestKinds.map(({ id, label, of }) => (
        <Fragment key={id}>
          <span>{label}</span>
          <span data-testid={`digest-${id}-${image.image}`} data-digest={of(image) ?? ""}>
            <CopyableDigest
              digest={of(image)}
              what={`digest of ${image.destination}, ${label.toLowerCase()}`}
            />
          </span>
        </Fragment>
      ))}
      {image.part_of !== undefined && (
        <>
          <span>Source index</span>
          <span data-testid={`digest-index-${image.image}`} data-digest={image.part_of}>
            <CopyableDigest
              digest={image.part_of}
              what={`digest of the index that ${image.destination} is one platform of`}
            />
          </span>
        </>
      )}
    </div>
  );
}

/** All images with their result and digests. */
export function ReportTable({ images }: { images: readonly ImageReport[] }) {
  return (
    <PagedTable
      items={images}
      words={(image) => [
        image.source,
        image.destination,
        image.ecr_digest,
        image.source_digest,
        shownStanding(image).text,
      ]}
      finds="an image by name, digest or outcome"
      trackBy={(image) => String(image.image)}
      wrapLines
      data-testid="result-images"
      header={
        <Header variant="h2" counter={`(${images.length})`}>
          Digests
        </Header>
      }
      ariaLabels={{ tableLabel: "Digests" }}
      columnDefinitions={[
        {
          id: "image",
          header: "Image",
          isRowHeader: true,
          minWidth: 240,
          cell: (image) => (
            <SpaceBetween size="xxs">
              <span data-testid={`result-${image.image}`} data-result={image.result.kind}>
                {image.source}
              </span>
              <CopyableText text={image.destination} what="destination" />
            </SpaceBetween>
          ),
        },
        {
          id: "proof",
          header: "Outcome",
          minWidth: 220,
          cell: (image) => (
            <span
              data-testid={`proof-${image.image}`}
              data-proof={image.proof}
              data-standing={image.standing}
            >
              <ResultCell image={image} />
            </span>
          ),
        },
        {
          id: "digests",
          header: "Digests",
          minWidth: 370,
          cell: (image) => <DigestsCell image={image} />,
        },
        {
          id: "pull",
          header: "Pull",
          minWidth: 160,
          cell: (image) =>
            isVerified(image) ? (
              <CopyableText
                text={`docker pull ${image.destination}`}
                display="docker pull"
                what={`pull command of ${image.destination}`}
              />
            ) : (
              "–"
            ),
        },
      ]}
    />
  );
}
