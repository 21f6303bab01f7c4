import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import type { MigrationPlan, PlannedImage } from "../../../ipc/generated";
import { formatCount, formatCounted } from "../../../shared/format";
import { type Draft, sameImage } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";

/** Build caches that are named; of more the others are counted. */
const namedCaches = 5;

function buildCaches(plan: MigrationPlan): readonly PlannedImage[] {
  return plan.images.filter((image) => image.remarks.includes("build_cache"));
}

function named(caches: readonly PlannedImage[]): string {
  const names = caches
    .slice(0, namedCaches)
    .map(({ selected }) => `${selected.repository}:${selected.tag}`);
  const others = caches.length - names.length;
  return others > 0 ? `${names.join(", ")} and ${formatCount(others)} more` : names.join(", ");
}

interface BuildCacheAlertProps {
  plan: MigrationPlan;
  draft: Draft;
  onChange: (action: DraftAction) => void;
}

/** Offers to leave build caches out of the migration. Without a choice they are copied. */
export function BuildCacheAlert({ plan, draft, onChange }: BuildCacheAlertProps) {
  const caches = buildCaches(plan);
  if (caches.length === 0) {
    return null;
  }
  const remaining = draft.images.filter(
    (image) => !caches.some((cache) => sameImage(cache.selected, image)),
  );
  return (
    <div data-testid="build-caches">
      <Alert
        type="info"
        header={`${formatCounted(caches.length, "build cache", "build caches")} in the selection`}
        action={
          remaining.length > 0 && (
            <Button
              onClick={() => onChange({ type: "images_selected", images: remaining })}
              data-testid="build-caches-skip"
            >
              Skip build caches
            </Button>
          )
        }
      >
        {named(caches)}. A build cache speeds up builds and can’t be run. It is copied unless you
        skip it; the next build writes a new one.
      </Alert>
    </div>
  );
}
