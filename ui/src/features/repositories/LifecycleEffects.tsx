import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Cards from "@cloudscape-design/components/cards";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type {
  AffectedImage,
  FreedBytes,
  LifecycleRuleEffect,
  LifecycleWhatIf,
} from "../../ipc/generated";
import { formatBytes, formatCount, formatCounted, shortDigest } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";
import { RelativeTime } from "../../shared/RelativeTime";
import { reportedText } from "../../shared/reported";

/** Formats freed bytes: `12 MB`, `at most 12 MB`, or `between 3 MB and 12 MB`. */
export function freedText({ at_least, at_most }: FreedBytes): string {
  const most = formatBytes(at_most);
  if (at_least === at_most) {
    return most;
  }
  return at_least === 0 ? `at most ${most}` : `between ${formatBytes(at_least)} and ${most}`;
}

/** Says why freed bytes are a range, or `null`. */
export function freedNote({ may_be_shared }: FreedBytes): string | null {
  return may_be_shared
    ? "With blob mounting, a layer that another repository has too stays stored."
    : null;
}

const cautionSection = {
  id: "caution",
  content: ({ caution }: LifecycleRuleEffect) =>
    caution === null ? null : <Alert type="warning">{caution}</Alert>,
};

/** What a policy would do now, as this computer computes it: each rule in words, and how many images it affects. */
export function LifecycleEffects({ effects }: { effects: LifecycleWhatIf }) {
  if (effects.problem !== null) {
    return (
      <Alert type="error" header="ECR would refuse this policy" data-testid="lifecycle-problem">
        {effects.problem}
      </Alert>
    );
  }
  const { affected, kept } = effects;
  const total = affected.length + kept;
  const done = effects.rules.some(({ action }) => action !== "expire")
    ? "deleted or archived"
    : "deleted";
  const share = total === 0 ? 0 : (affected.length / total) * 100;
  return (
    <SpaceBetween size="s">
      <Cards
        items={effects.rules}
        trackBy="priority"
        cardsPerRow={[{ cards: 1 }, { minWidth: 700, cards: 2 }]}
        cardDefinition={{
          header: ({ priority, words }) => `${priority}. ${words}`,
          sections: [
            {
              id: "images",
              content: ({ images, action }) =>
                `${formatCounted(images, "image", "images")} would be ${action === "expire" ? "deleted" : "archived"} now`,
            },
            // A section without content takes the room of a line.
            ...(effects.rules.some(({ caution }) => caution !== null) ? [cautionSection] : []),
          ],
        }}
        ariaLabels={{ selectionGroupLabel: "Rules", itemSelectionLabel: () => "Rule" }}
        data-testid="lifecycle-rules"
      />
      <div data-testid="lifecycle-what-if">
        <Box>
          {`${formatCount(affected.length)} of ${formatCounted(total, "image", "images")} would be ${done} now, which frees ${freedText(effects.freed)}.`}
          {effects.freed.may_be_shared && ` ${freedNote(effects.freed)}`}
          {effects.is_estimate &&
            " This is an estimate, because some indexes weren’t read. Their platforms count as images."}
        </Box>
        <div
          aria-hidden="true"
          style={{ height: 8, background: "var(--color-border-divider-default, #b6bec9)" }}
        >
          <div
            style={{
              height: 8,
              width: `${share}%`,
              background: "var(--color-text-status-error, #d91515)",
            }}
          />
        </div>
      </div>
    </SpaceBetween>
  );
}

/** The images that a policy deletes or archives. */
export function AffectedImages({ images }: { images: readonly AffectedImage[] }) {
  return (
    <PagedTable
      name="lifecycle-effects"
      variant="embedded"
      items={images}
      trackBy="digest"
      words={({ tags, digest }) => [...tags, digest]}
      finds="images by tag or digest"
      ariaLabels={{ tableLabel: "Images that the policy removes" }}
      empty="No images are affected."
      columnDefinitions={[
        {
          id: "tags",
          header: "Tags",
          isRowHeader: true,
          cell: ({ tags }) => (tags.length === 0 ? "Untagged" : tags.join(", ")),
        },
        {
          id: "action",
          header: "Action",
          cell: ({ action }) =>
            reportedText(action, (known) => (known === "expire" ? "Delete" : "Archive")),
        },
        { id: "rule", header: "Rule", cell: ({ rule }) => rule },
        {
          id: "pushed",
          header: "Pushed",
          cell: ({ pushed_at_ms }) => <RelativeTime timeMs={pushed_at_ms} />,
        },
        {
          id: "pulled",
          header: "Last pulled",
          cell: ({ pulled_at_ms }) => <RelativeTime timeMs={pulled_at_ms} />,
        },
        { id: "digest", header: "Digest", cell: ({ digest }) => shortDigest(digest) },
      ]}
      data-testid="lifecycle-affected"
    />
  );
}
