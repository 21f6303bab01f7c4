import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Popover from "@cloudscape-design/components/popover";
import { memo, useMemo } from "react";
import { wordsOf } from "../../../errors";
import type { MigrationPlan, PlannedImage, PlannedReferrerTag } from "../../../ipc/generated";
import { formatCount, formatCounted } from "../../../shared/format";
import { MiddleEllipsis } from "../../../shared/MiddleEllipsis";
import { FullTable } from "../../../shared/PagedTable";
import { StatusText } from "../../../shared/StatusText";
import { type Draft, sameImage } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import { wizardFooterHeight } from "../wizard/wizardFooterHeight";
import { ConflictChoiceField } from "./ConflictChoiceField";
import { chosenKeys, isConflict, isShown, type PlanFilter } from "./PlanChips";
import { DigestCell, SizeCell } from "./plannedImageCells";
import { copiedReferrerTags, hasNotes, notesOf, shownPredictions } from "./plannedImageTexts";

const routeLabels = {
  docker_engine: "Docker Engine",
  registry_to_registry: "Direct copy",
} as const;

/** Maximum number of listed platforms. */
const namedPlatforms = 2;

function platformsText(platforms: readonly string[]): string {
  const named = platforms.slice(0, namedPlatforms).join(", ").replaceAll("linux/", "");
  const others = platforms.length - namedPlatforms;
  return others > 0 ? `${named} +${formatCount(others)}` : named;
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
        <span className="one-line" title={`${words.title}\n${action.error.message}`}>
          <StatusText type="error">
            {words.title}: {action.error.message}
          </StatusText>
        </span>
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
  const tags = copiedReferrerTags(image);
  if (tags.length === 0) {
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
  const text = kept === 0 ? count : `${count}, ${formatCount(kept)} kept in ECR`;
  return (
    <Popover
      size="large"
      renderWithPortal
      header={text}
      content={tags.map((tag) => (
        <div key={tag.tag}>
          {tag.tag}: {referrerText(tag)}
        </div>
      ))}
    >
      <span data-testid={`plan-referrers-${image.image}`} title={text}>
        {text}
      </span>
    </Popover>
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

/** What is special about an image, in one line with all of it in the tooltip. */
function NotesCell({ image }: { image: PlannedImage }) {
  const predictions = shownPredictions(image);
  const notes = notesOf(image);
  return (
    <div className="planned-notes">
      {(predictions.length > 0 || notes.length > 0) && (
        <div className="one-line" title={[...predictions, ...notes].join("\n")}>
          <StatusText type="info">
            {predictions.length > 0 && (
              <span data-testid={`plan-prediction-${image.image}`}>{predictions.join(" ")}</span>
            )}{" "}
            {notes.join(" ")}
          </StatusText>
        </div>
      )}
      <ReferrerTags image={image} />
    </div>
  );
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

/** The images of a plan, conflicts first, with a choice for each conflict. It is memoized: a click on another tab renders no row. */
export const PlannedImagesTable = memo(function PlannedImagesTable({
  plan,
  draft,
  filter,
  onChange,
}: PlannedImagesTableProps) {
  const chosen = useMemo(() => chosenKeys(draft), [draft]);
  const conflicts = useMemo(
    () => plan.images.filter((image) => isConflict(image, chosen)),
    [plan.images, chosen],
  );
  // Two digests and two sizes need more room.
  const comparesImages = plan.images.some(({ existing }) => existing !== undefined);
  const someNotes = useMemo(() => plan.images.some(hasNotes), [plan.images]);
  const rows = useMemo(() => {
    // A row keeps its place when the user chooses.
    const rank = (image: PlannedImage) =>
      isConflict(image, chosen) ? 0 : image.action.kind === "refused" ? 1 : 2;
    return plan.images
      .filter((image) => isShown(image, filter, chosen))
      .sort((one, other) => rank(one) - rank(other));
  }, [plan.images, filter, chosen]);
  return (
    <FullTable<PlannedImage>
      name="plan-images"
      items={rows}
      words={(image) => [image.source, image.destination, actionWords[image.action.kind]]}
      finds="images by name or action"
      filters={conflicts.length > 0 && <ApplyToAll images={conflicts} onChange={onChange} />}
      below={wizardFooterHeight}
      trackBy={(image) => String(image.image)}
      empty="No images"
      data-testid="plan-images"
      ariaLabels={{ tableLabel: "Images of the plan" }}
      columnDefinitions={[
        {
          id: "source",
          header: "Source",
          isRowHeader: true,
          width: 230,
          minWidth: 160,
          grow: 3,
          sortingField: "source",
          cell: (image) => (
            <span title={image.source} data-testid={`plan-image-${image.image}`}>
              <MiddleEllipsis text={`${image.selected.repository}:${image.selected.tag}`} />
            </span>
          ),
        },
        {
          id: "destination",
          header: "Destination",
          width: 230,
          minWidth: 150,
          grow: 3,
          sortingField: "destination",
          cell: (image) => (
            <span title={image.destination}>
              <MiddleEllipsis text={`${image.repository}:${image.tag}`} />
            </span>
          ),
        },
        {
          id: "action",
          header: "Action",
          width: comparesImages ? 190 : 130,
          grow: 1,
          sortingComparator: (one, other) =>
            actionWords[one.action.kind].localeCompare(actionWords[other.action.kind]),
          cell: (image) => {
            const choice = draft.choices.find((one) => sameImage(one.image, image.selected));
            const choosable = image.action.kind === "conflict" || choice !== undefined;
            return (
              <div data-testid={`plan-action-${image.image}`} data-action={image.action.kind}>
                {choosable ? (
                  <ConflictChoiceField
                    image={image}
                    resolution={choice?.resolution ?? null}
                    onChoose={(resolution) =>
                      onChange({ type: "conflict_chosen", image: image.selected, resolution })
                    }
                  />
                ) : (
                  <ActionCell image={image} />
                )}
              </div>
            );
          },
        },
        {
          id: "digest",
          header: "Digest",
          width: comparesImages ? 250 : 190,
          steady: !comparesImages,
          cell: (image) => <DigestCell image={image} />,
        },
        {
          id: "size",
          header: "Size",
          width: comparesImages ? 140 : 85,
          sortingComparator: (one, other) => (one.size_bytes ?? -1) - (other.size_bytes ?? -1),
          cell: (image) => <SizeCell image={image} />,
        },
        {
          id: "route",
          header: "Method",
          width: 140,
          minWidth: 130,
          grow: 1,
          hideOrder: 1,
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
        {
          id: "notes",
          header: "Notes",
          // Most plans have none, and the other columns need the room.
          hidden: !someNotes,
          width: 90,
          grow: 1,
          cell: (image) => <NotesCell image={image} />,
        },
      ]}
    />
  );
});
