import Box from "@cloudscape-design/components/box";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";
import { wordsOf } from "../../../errors";
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
import { chosenKeys, isConflict, isShown, type PlanFilter } from "./PlanChips";

const routeLabels = {
  docker_engine: "Docker Engine",
  registry_to_registry: "Direct copy",
} as const;

const remarkTexts: Record<PlanRemark, string> = {
  digest_changes:
    "The Docker Engine recompresses the layers. The digest changes, the content doesn’t.",
  one_platform: "The Docker Engine has one of several platforms.",
  size_unpacked: "Size of the uncompressed image.",
  read_later:
    "Size unknown. Transload reads the image when it copies it, to save Docker Hub pulls.",
  chosen_platform: "Only the selected platform. Its digest differs from the digest of the tag.",
  not_for_amd64:
    "Not available for linux/amd64. It runs on Arm machines such as AWS Graviton only.",
  not_for_lambda:
    "An index with one image and an attestation. AWS Lambda doesn’t support indexes: for Lambda, choose a platform under Copy options.",
  build_cache:
    "A build cache. ECR may reject this format: export the cache with image-manifest=true and oci-mediatypes=true, or deselect this tag.",
  foreign_layers:
    "Some layers, such as Windows base layers, are stored outside the registry and aren’t copied. The image keeps the references to them.",
  destination_has_index:
    "ECR contains the complete index. Transload doesn’t replace it with one platform.",
};

/** Sentences about the platforms that the Docker Engine can push. */
export function predictionTexts(image: PlannedImage): string[] {
  const { engine, part_of, source_digest } = image;
  if (engine === undefined) {
    return [];
  }
  const platforms = image.platforms.join(", ");
  const texts: string[] = [];
  if (engine.outcome === "whole") {
    texts.push("All platforms are copied. The digest doesn’t change.");
  } else if (engine.outcome === "part") {
    const known = engine.index_platforms.length;
    const of = known > 1 ? `${platforms} of ${known} platforms` : `${platforms} of the index`;
    texts.push(
      source_digest === null || part_of === undefined
        ? `Only ${of} is copied.`
        : `Only ${of} is copied, as ${shortDigest(source_digest)} of index ${shortDigest(part_of)}.`,
    );
  } else if (engine.outcome === "seen_while_sending") {
    const one = platforms === "" ? "its default platform" : platforms;
    const how =
      engine.way === "own_push"
        ? ""
        : " Transload then reads it from the Docker Engine and uploads it itself.";
    texts.push(
      `This Docker Engine doesn’t report its platforms. If it has the complete index, all platforms are copied with the same digest. Otherwise, only ${one} is copied.${how}`,
    );
  } else if (engine.outcome === "mounted") {
    texts.push(
      "The digest doesn’t change. The Docker Engine doesn’t have the layers, so ECR takes them from the repository that the image was pulled from.",
    );
  }
  if (engine.attestations_stay) {
    texts.push("The attestation of the index isn’t copied.");
  }
  if (engine.way === "own_push") {
    texts.push("Transload reads the image from the Docker Engine and uploads it itself.");
  }
  return texts;
}

/** Maximum number of listed platforms. */
const namedPlatforms = 3;

function platformsText(platforms: readonly string[]): string {
  const named = platforms.slice(0, namedPlatforms).join(", ");
  const others = platforms.length - namedPlatforms;
  return others > 0 ? `${named} and ${others} more` : named;
}

function alreadyThereText(image: PlannedImage): string {
  if (image.remarks.includes("destination_has_index")) {
    return "Up to date, with more platforms";
  }
  return image.engine?.outcome === "repacked" ? "Up to date, same content" : "Up to date";
}

function ActionCell({ image }: { image: PlannedImage }) {
  const action = image.action;
  switch (action.kind) {
    case "move":
      return <StatusText type="pending">Copy</StatusText>;
    case "overwrite":
      return <StatusText type="warning">Overwrite</StatusText>;
    case "already_there":
      return <StatusText type="success">{alreadyThereText(image)}</StatusText>;
    case "keep_existing":
      return <StatusText type="stopped">Keep existing</StatusText>;
    case "conflict":
      return <StatusText type="warning">Conflict: different image</StatusText>;
    case "refused": {
      const words = wordsOf(action.error);
      return (
        <SpaceBetween size="xxs">
          <StatusText type="error">{words.title}</StatusText>
          <Box variant="small">{action.error.message}</Box>
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
    : "kept in ECR (differs from the source)";
}

/** Referrer tags of an image: a count that expands to a list. */
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

/** Search words of an action. */
const actionWords: Record<PlannedImage["action"]["kind"], string> = {
  move: "copy",
  overwrite: "overwrite",
  already_there: "up to date",
  keep_existing: "keep existing",
  conflict: "conflict",
  refused: "refused",
};

/** Notes in the row. An unknown size is noted in the Size column. */
function notesOf(image: PlannedImage): string[] {
  return image.remarks.filter((remark) => remark !== "read_later").map((one) => remarkTexts[one]);
}

function ImageCell({ image }: { image: PlannedImage }) {
  const notes = notesOf(image);
  const predictions = image.action.kind === "already_there" ? [] : predictionTexts(image);
  return (
    <>
      <div className="one-line" title={`${image.source} → ${image.destination}`}>
        <span data-testid={`plan-image-${image.image}`}>
          {image.selected.repository}:{image.selected.tag}
        </span>{" "}
        → {image.repository}:{image.tag}
      </div>
      {predictions.length > 0 && (
        <div data-testid={`plan-prediction-${image.image}`}>
          {predictions.map((text) => (
            <Box key={text} variant="small" display="block">
              {text}
            </Box>
          ))}
        </div>
      )}
      {notes.map((note) => (
        <Box key={note} variant="small" display="block">
          {note}
        </Box>
      ))}
      <ReferrerTags image={image} />
    </>
  );
}

/** The digest at the source, and the existing one where the tag points to another image. */
function DigestCell({ image }: { image: PlannedImage }) {
  const { source_digest: wanted, destination_digest: existing } = image;
  const short = (digest: string | null) => (digest === null ? "unknown" : shortDigest(digest));
  if (existing === null || existing === wanted) {
    return <span title={wanted ?? undefined}>{wanted === null ? "–" : short(wanted)}</span>;
  }
  return (
    <span
      title={`Source: ${wanted ?? "unknown"}\nIn ECR: ${existing}`}
      data-testid={`plan-digests-${image.image}`}
    >
      {short(wanted)} (new) ≠ {short(existing)} (in ECR)
    </span>
  );
}

function SizeCell({ image }: { image: PlannedImage }) {
  if (image.remarks.includes("read_later")) {
    return <span title={remarkTexts.read_later}>Unknown</span>;
  }
  // The size of an image that can't be copied wasn't read.
  const unread = image.action.kind === "refused" && image.size_bytes === 0;
  return <Bytes bytes={unread ? null : image.size_bytes} />;
}

/** Applies one choice to all conflicts. */
function ApplyToAll({
  images,
  onChange,
}: Pick<PlannedImagesTableProps, "onChange"> & {
  images: readonly PlannedImage[];
}) {
  const mutable = images.filter(
    ({ action }) => action.kind !== "conflict" || action.overwrite_allowed,
  );
  return (
    <ButtonDropdown
      items={[
        { id: "keep_existing", text: "Keep existing" },
        {
          id: "overwrite",
          text: "Overwrite",
          disabled: mutable.length === 0,
          disabledReason: "The tags of the repositories are immutable.",
        },
      ]}
      onItemClick={({ detail }) => {
        const kind = detail.id === "overwrite" ? "overwrite" : "keep_existing";
        const chosen = kind === "overwrite" ? mutable : images;
        onChange({
          type: "conflicts_chosen",
          images: chosen.map(({ selected }) => selected),
          resolution: { kind },
        });
      }}
      expandToViewport
      data-testid="conflicts-all"
    >
      Apply to all conflicts
    </ButtonDropdown>
  );
}

interface PlannedImagesTableProps {
  plan: MigrationPlan;
  draft: Draft;
  filter: PlanFilter | null;
  onChange: (action: DraftAction) => void;
}

/** The images of a plan, conflicts first, with a choice for each conflict. */
export function PlannedImagesTable({ plan, draft, filter, onChange }: PlannedImagesTableProps) {
  const chosen = useMemo(() => chosenKeys(draft), [draft]);
  const conflicts = useMemo(
    () => plan.images.filter((image) => isConflict(image, chosen)),
    [plan.images, chosen],
  );
  const rows = useMemo(() => {
    // A row keeps its place when the user chooses.
    const rank = (image: PlannedImage) =>
      isConflict(image, chosen) ? 0 : image.action.kind === "refused" ? 1 : 2;
    return plan.images
      .filter((image) => isShown(image, filter, chosen))
      .sort((one, other) => rank(one) - rank(other));
  }, [plan.images, filter, chosen]);
  return (
    <PagedTable
      items={rows}
      words={(image) => [image.source, image.destination, actionWords[image.action.kind]]}
      finds="images by name or action"
      filters={conflicts.length > 0 && <ApplyToAll images={conflicts} onChange={onChange} />}
      trackBy={(image) => String(image.image)}
      variant="borderless"
      contentDensity="compact"
      wrapLines
      resizableColumns
      stickyHeader
      empty="No images"
      data-testid="plan-images"
      ariaLabels={{ tableLabel: "Images of the plan" }}
      columnDefinitions={[
        {
          id: "source",
          header: "Source → destination",
          isRowHeader: true,
          minWidth: 220,
          width: 440,
          cell: (image) => <ImageCell image={image} />,
        },
        {
          id: "action",
          header: "Action",
          minWidth: 180,
          width: 230,
          cell: (image) => {
            const choice = draft.choices.find((one) => sameImage(one.image, image.selected));
            const choosable = image.action.kind === "conflict" || choice !== undefined;
            return (
              <SpaceBetween size="xxs">
                <span data-testid={`plan-action-${image.image}`} data-action={image.action.kind}>
                  <ActionCell image={image} />
                </span>
                {choosable && (
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
        {
          id: "digest",
          header: "Digest",
          minWidth: 190,
          width: 190,
          cell: (image) => <DigestCell image={image} />,
        },
        {
          id: "size",
          header: "Size",
          minWidth: 90,
          width: 110,
          cell: (image) => <SizeCell image={image} />,
        },
        {
          id: "route",
          header: "Method and platforms",
          minWidth: 140,
          width: 260,
          cell: (image) => {
            const platforms = platformsText(image.platforms);
            const text = [routeLabels[image.route], platforms].filter((part) => part !== "");
            return (
              <div className="one-line" title={image.platforms.join(", ")}>
                {text.join(", ")}
              </div>
            );
          },
        },
      ]}
    />
  );
}
