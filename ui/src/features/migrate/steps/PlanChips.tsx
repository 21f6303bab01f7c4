import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import ToggleButton from "@cloudscape-design/components/toggle-button";
import type { MigrationPlan, PlannedImage } from "../../../ipc/generated";
import { formatBytes, formatCount, formatCounted } from "../../../shared/format";
import { type Draft, imageKey } from "../wizard/draft";
import { durationText, expectedText } from "./planTexts";

export type PlanFilter = "copy" | "up_to_date" | "skipped" | "conflicts" | "refused";

/** The keys of the images that have a choice. */
export function chosenKeys(draft: Draft): ReadonlySet<string> {
  return new Set(draft.choices.map(({ image }) => imageKey(image)));
}

/** Whether an image needs a choice, or has one, so that a row stays when the user chooses. */
export function isConflict(image: PlannedImage, chosen: ReadonlySet<string>): boolean {
  return image.action.kind === "conflict" || chosen.has(imageKey(image.selected));
}

/** Whether a filter shows an image. */
export function isShown(
  image: PlannedImage,
  filter: PlanFilter | null,
  chosen: ReadonlySet<string>,
): boolean {
  const { kind } = image.action;
  switch (filter) {
    case null:
      return true;
    case "copy":
      return kind === "move" || kind === "overwrite";
    case "up_to_date":
      return kind === "already_there";
    case "skipped":
      return kind === "keep_existing";
    case "conflicts":
      return isConflict(image, chosen);
    case "refused":
      return kind === "refused";
  }
}

interface PlanChipsProps {
  plan: MigrationPlan;
  draft: Draft;
  filter: PlanFilter | null;
  onFilter: (filter: PlanFilter | null) => void;
  repositories: boolean;
  onRepositories: (shown: boolean) => void;
}

/** What the plan changes, in numbers. A number filters the images. */
export function PlanChips(props: PlanChipsProps) {
  const { plan, draft, filter, onFilter, repositories, onRepositories } = props;
  const { totals, expected } = plan;
  const chosen = chosenKeys(draft);
  const count = (wanted: PlanFilter) =>
    plan.images.filter((image) => isShown(image, wanted, chosen)).length;
  const open = plan.images.filter(({ action }) => action.kind === "conflict").length;
  const unread = plan.images.filter(({ remarks }) => remarks.includes("read_later")).length;
  const chips: { id: PlanFilter; text: string; shown: boolean }[] = [
    {
      id: "conflicts",
      text: formatCounted(open, "conflict", "conflicts"),
      shown: count("conflicts") > 0,
    },
    {
      id: "refused",
      text: `${formatCount(count("refused"))} can’t be copied`,
      shown: count("refused") > 0,
    },
    { id: "copy", text: `${formatCount(count("copy"))} to copy`, shown: true },
    { id: "up_to_date", text: `${formatCount(count("up_to_date"))} up to date`, shown: true },
    {
      id: "skipped",
      text: `${formatCount(count("skipped"))} skipped`,
      shown: count("skipped") > 0,
    },
  ];
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <ToggleButton
        pressed={repositories}
        onChange={({ detail }) => onRepositories(detail.pressed)}
        data-testid="plan-chip-repositories"
      >
        {formatCounted(totals.repositories_to_create, "new repository", "new repositories")}
      </ToggleButton>
      {chips
        .filter(({ shown }) => shown)
        .map(({ id, text }) => (
          <ToggleButton
            key={id}
            pressed={filter === id}
            onChange={({ detail }) => onFilter(detail.pressed ? id : null)}
            data-testid={`plan-chip-${id}`}
          >
            {text}
          </ToggleButton>
        ))}
      <Box variant="span" padding={{ left: "xs" }}>
        {formatBytes(totals.upload_bytes)} to transfer
        {unread > 0 && `, and ${formatCounted(unread, "image", "images")} of unknown size`}
      </Box>
      {expected !== null && (
        <span title={expectedText(expected)} data-testid="plan-time">
          {durationText(expected)}
        </span>
      )}
    </SpaceBetween>
  );
}
