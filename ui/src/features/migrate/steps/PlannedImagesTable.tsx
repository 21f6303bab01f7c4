import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { errorEntry } from "../../../errors";
import type {
  MigrationPlan,
  PlannedImage,
  PlannedReferrerTag,
  PlanRemark,
} from "../../../ipc/generated";
import { Bytes } from "../../../shared/Bytes";
import { formatCounted, shortDigest } from "../../../shared/format";
import { PagedTable } from "../../../shared/PagedTable";
import { StatusText } from "../../../shared/StatusText";
import { type Draft, sameImage } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import { ConflictChoiceField } from "./ConflictChoiceField";

const routeLabels = {
  docker_engine: "Docker Engine",
  registry_to_registry: "Registry to registry",
} as const;

const remarkTexts: Record<PlanRemark, string> = {
  digest_changes:
    "The Docker Engine packs the layers again: the digest changes, the content stays the same.",
  one_platform: "The Docker Engine holds one platform of several.",
  size_unpacked: "The size is that of the unpacked image.",
  read_later: "Read when its turn comes, to spare Docker Hub's pull quota: size not known yet.",
  chosen_platform: "Only the chosen platform: its digest is not the one of the tag.",
  not_for_amd64:
    "Not built for linux/amd64: on such machines it ends with “exec format error”. Arm ones, such as Graviton, run it.",
  not_for_lambda:
    "An index of one image and its attestation. AWS Lambda takes only the image: for Lambda, choose its platform under What comes along.",
  build_cache:
    "A build cache and not an image to run. ECR may refuse this format: export the cache with image-manifest=true and oci-mediatypes=true instead, or leave this tag out.",
  foreign_layers:
    "Some layers, such as Windows base layers, are stored outside the registry. They are not copied; the image still names where they are.",
  destination_has_index:
    "ECR has the whole index with this image in it. It is not replaced by one platform.",
};

/** What will arrive of an image of the Docker Engine, as sentences. */
export function predictionTexts(image: PlannedImage): string[] {
  const { engine, part_of, source_digest } = image;
  if (engine === undefined) {
    return [];
  }
  const platforms = image.platforms.join(", ");
  const texts: string[] = [];
  if (engine.outcome === "whole") {
    texts.push("Copied whole: the digest stays the same.");
  } else if (engine.outcome === "part") {
    const known = engine.index_platforms.length;
    const of = known > 1 ? `${platforms} of ${known} platforms` : `${platforms} of the index`;
    texts.push(
      source_digest === null || part_of === undefined
        ? `Only ${of} is copied.`
        : `Only ${of} is copied, as ${shortDigest(source_digest)} of index ${shortDigest(part_of)}.`,
    );
  } else if (engine.outcome === "seen_while_sending") {
    texts.push(
      `This Docker Engine does not say which platforms it holds. If it holds the whole index, that is copied with its digest; otherwise only ${platforms === "" ? "its own platform" : platforms}.`,
    );
  }
  if (engine.attestations_stay) {
    texts.push("The attestation of the index is not copied.");
  }
  if (engine.way === "own_push") {
    texts.push("Transload reads the image from the Docker Engine and uploads it itself.");
  }
  return texts;
}

/** Platforms that are named; of more the others are counted. */
const namedPlatforms = 3;

function platformsText(platforms: readonly string[]): string {
  const named = platforms.slice(0, namedPlatforms).join(", ");
  const others = platforms.length - namedPlatforms;
  return others > 0 ? `${named} and ${others} more` : named;
}

function alreadyThereText(image: PlannedImage): string {
  if (image.remarks.includes("destination_has_index")) {
    return "Already there, with more platforms";
  }
  return image.engine?.outcome === "repacked"
    ? "Already there, same content"
    : "Already there, identical";
}

function ActionCell({ image }: { image: PlannedImage }) {
  const action = image.action;
  switch (action.kind) {
    case "move":
      return <StatusText type="pending">Move</StatusText>;
    case "overwrite":
      return <StatusText type="warning">Replace the image there</StatusText>;
    case "already_there":
      return <StatusText type="success">{alreadyThereText(image)}</StatusText>;
    case "keep_existing":
      return <StatusText type="stopped">The image there stays</StatusText>;
    case "conflict":
      return <StatusText type="warning">The tag points to another image there</StatusText>;
    case "refused": {
      const entry = errorEntry(action.error);
      return (
        <SpaceBetween size="xxs">
          <StatusText type="error">{entry.title}</StatusText>
          <Box variant="small">{entry.text(action.error)}</Box>
        </SpaceBetween>
      );
    }
  }
}

function referrerText(tag: PlannedReferrerTag): string {
  if (tag.destination_digest === null) {
    return "copied";
  }
  return tag.destination_digest === tag.source_digest
    ? "already in ECR"
    : "kept in ECR: it differs from the one at the source";
}

/** The tags of an image's signatures, attestations and SBOMs: their number, and each on demand. */
function ReferrerTags({ image }: { image: PlannedImage }) {
  const tags = image.referrer_tags ?? [];
  const moves = image.action.kind === "move" || image.action.kind === "overwrite";
  if (!moves || tags.length === 0) {
    return null;
  }
  const kept = tags.filter(
    (tag) => tag.destination_digest !== null && tag.destination_digest !== tag.source_digest,
  ).length;
  const count = formatCounted(
    tags.length,
    "signature or attestation tag",
    "signature or attestation tags",
  );
  return (
    <ExpandableSection
      variant="footer"
      headerText={kept === 0 ? count : `${count}, ${kept} kept in ECR`}
      data-testid={`plan-referrers-${image.image}`}
    >
      <SpaceBetween size="xxs">
        {tags.map((tag) => (
          <Box key={tag.tag} variant="small">
            {tag.tag}: {referrerText(tag)}
          </Box>
        ))}
      </SpaceBetween>
    </ExpandableSection>
  );
}

/** What an action is found by. */
const actionWords: Record<PlannedImage["action"]["kind"], string> = {
  move: "move",
  overwrite: "replace",
  already_there: "already there",
  keep_existing: "stays",
  conflict: "conflict",
  refused: "refused",
};

interface PlannedImagesTableProps {
  plan: MigrationPlan;
  draft: Draft;
  onChange: (action: DraftAction) => void;
}

/** Every image of a plan, with a choice where its tag is taken. */
export function PlannedImagesTable({ plan, draft, onChange }: PlannedImagesTableProps) {
  return (
    <PagedTable
      items={plan.images}
      words={(image) => [image.source, image.destination, actionWords[image.action.kind]]}
      finds="an image by name or by what happens, such as conflict"
      trackBy={(image) => String(image.image)}
      wrapLines
      data-testid="plan-images"
      header={
        <Header variant="h2" counter={`(${plan.images.length})`}>
          Images
        </Header>
      }
      ariaLabels={{ tableLabel: "Images of the plan" }}
      columnDefinitions={[
        {
          id: "source",
          header: "From and to",
          isRowHeader: true,
          minWidth: 220,
          cell: (image) => (
            <SpaceBetween size="xxs">
              <span data-testid={`plan-image-${image.image}`}>{image.source}</span>
              <span>→ {image.destination}</span>
            </SpaceBetween>
          ),
        },
        {
          id: "route",
          header: "Route and platforms",
          minWidth: 120,
          cell: (image) => (
            <SpaceBetween size="xxs">
              <span>{routeLabels[image.route]}</span>
              {image.platforms.length > 0 && (
                <Box variant="small">{platformsText(image.platforms)}</Box>
              )}
              {image.action.kind !== "already_there" && (
                <span data-testid={`plan-prediction-${image.image}`}>
                  {predictionTexts(image).map((text) => (
                    <Box key={text} variant="small" display="block">
                      {text}
                    </Box>
                  ))}
                </span>
              )}
              {image.remarks.map((remark) => (
                <Box key={remark} variant="small">
                  {remarkTexts[remark]}
                </Box>
              ))}
              <ReferrerTags image={image} />
            </SpaceBetween>
          ),
        },
        {
          id: "size",
          header: "Size",
          minWidth: 90,
          // Of an image that cannot be copied the size was not read.
          cell: (image) => (
            <Bytes
              bytes={
                image.action.kind === "refused" && image.size_bytes === 0 ? null : image.size_bytes
              }
            />
          ),
        },
        {
          id: "action",
          header: "What happens",
          minWidth: 220,
          cell: (image) => {
            const choice = draft.choices.find((one) => sameImage(one.image, image.selected));
            const taken = image.action.kind === "conflict" || choice !== undefined;
            return (
              <SpaceBetween size="xs">
                <span data-testid={`plan-action-${image.image}`} data-action={image.action.kind}>
                  <ActionCell image={image} />
                </span>
                {taken && (
                  <ConflictChoiceField
                    image={image}
                    resolution={choice?.resolution ?? null}
                    onChoose={(resolution) =>
                      onChange({ type: "conflict_chosen", image: image.selected, resolution })
                    }
                  />
                )}
              </SpaceBetween>
            );
          },
        },
      ]}
    />
  );
}
