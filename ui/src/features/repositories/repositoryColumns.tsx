/** The columns of the list of repositories. */
import Link from "@cloudscape-design/components/link";
import type {
  ImageSize,
  ListedAwsTags,
  ListedPolicy,
  ListedPolicyState,
  Repository,
  RepositorySummary,
} from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { CopyableText } from "../../shared/CopyableText";
import { formatAtMost, formatCount, formatCounted, formatExact } from "../../shared/format";
import { MiddleEllipsis, OneLine } from "../../shared/MiddleEllipsis";
import { RelativeTime } from "../../shared/RelativeTime";
import { encryptionLabel, mutabilityLabel } from "../../shared/repositorySettings";
import type { Column } from "../../shared/tablePreferences";
import { formatCost, listPrices, storageCost } from "./storage/cost";

function count(value: number | undefined): string {
  return value === undefined ? "–" : formatCount(value);
}

/** The number of things that were pushed, with what else the repository holds on hover. */
function ImagesCell({ summary }: { summary: RepositorySummary | undefined }) {
  if (summary === undefined) {
    return "–";
  }
  const { images, parts, archived } = summary;
  const other = [
    !images.is_exact && "At most: platforms of indexes that weren’t read are counted.",
    parts > 0 &&
      `${formatCounted(parts, "platform, referrer, or other part", "platforms, referrers, and other parts")}`,
    archived > 0 && `${formatCounted(archived, "archived image", "archived images")}`,
  ].filter((text) => text !== false);
  return (
    <span title={other.join("\n") || undefined}>{formatAtMost(images.count, images.is_exact)}</span>
  );
}

/** The size, with a sign if it is an upper bound. */
function SizeCell({ size }: { size: ImageSize | undefined }) {
  if (size === undefined) {
    return "–";
  }
  return (
    <span title={size.is_exact ? undefined : "At most: images can share layers."}>
      {!size.is_exact && size.bytes > 0 && "≤ "}
      <Bytes bytes={size.bytes} />
    </span>
  );
}

/** What the images cost in a month at the list price of standard storage, which archive storage has too below 150 TB. */
function CostCell({ summary }: { summary: RepositorySummary | undefined }) {
  if (summary === undefined) {
    return "–";
  }
  const { bytes, is_exact } = summary.size;
  const cost = formatCost(storageCost(bytes, 0, listPrices).standard);
  return (
    <span title="At $0.10 per GB, the list price of us-east-1.">
      {is_exact || bytes === 0 ? cost : `≤ ${cost}`}
    </span>
  );
}

function PolicyCell({ policy }: { policy: ListedPolicyState | undefined }) {
  switch (policy?.kind) {
    case undefined:
      return "–";
    case "none":
      return "None";
    case "unread":
      return <span title={policy.error.message}>Couldn’t read</span>;
    case "set": {
      const { rules, last_evaluated_at_ms, affected } = policy;
      const evaluated =
        last_evaluated_at_ms === null
          ? "ECR never evaluated it."
          : `ECR evaluated it on ${formatExact(last_evaluated_at_ms)}.`;
      const words =
        affected !== null && affected > 0
          ? `Set, affects ${formatCounted(affected, "image", "images")}`
          : last_evaluated_at_ms === null
            ? "Set, never ran"
            : "Set";
      return (
        <span
          title={
            rules === null ? evaluated : `${formatCounted(rules, "rule", "rules")}. ${evaluated}`
          }
        >
          {words}
        </span>
      );
    }
  }
}

function AwsTagsCell({ listed }: { listed: ListedAwsTags | undefined }) {
  if (listed === undefined) {
    return "–";
  }
  if (listed.tags === null) {
    return <span title={listed.error?.message}>Couldn’t read</span>;
  }
  const text = Object.entries(listed.tags).map(([key, value]) => `${key}=${value}`);
  return text.length === 0 ? "None" : <OneLine text={text.join(", ")} title={text.join("\n")} />;
}

/** Columns that cost one call for each row in sight. They are read once they are shown. */
interface CostlyColumns {
  readonly policies: ReadonlyMap<string, ListedPolicy>;
  readonly awsTags: ReadonlyMap<string, ListedAwsTags>;
}

export function repositoryColumns(
  summaries: ReadonlyMap<string, RepositorySummary>,
  { policies, awsTags }: CostlyColumns,
  onOpen: (name: string) => void,
): Column<Repository>[] {
  return [
    {
      id: "name",
      header: "Name",
      width: 190,
      minWidth: 160,
      grow: 1,
      sortingField: "name",
      isRowHeader: true,
      cell: ({ name }) => (
        <Link onFollow={() => onOpen(name)} data-testid={`repository-open-${name}`}>
          <MiddleEllipsis text={name} />
        </Link>
      ),
    },
    {
      id: "uri",
      header: "URI",
      width: 180,
      // The copy button, the beginning, and the end.
      minWidth: 180,
      grow: 1,
      sortingField: "uri",
      cell: ({ name, uri }) => <CopyableText text={uri} what={`the URI of ${name}`} />,
    },
    {
      id: "images",
      header: "Images",
      width: 95,
      cell: ({ name }) => <ImagesCell summary={summaries.get(name)} />,
    },
    {
      id: "parts",
      header: "Parts",
      width: 85,
      hidden: true,
      cell: ({ name }) => {
        const summary = summaries.get(name);
        return summary === undefined || summary.images.is_exact
          ? count(summary?.parts)
          : `≥ ${formatCount(summary.parts)}`;
      },
    },
    {
      id: "untagged",
      header: "Untagged",
      width: 95,
      hidden: true,
      cell: ({ name }) => {
        const summary = summaries.get(name);
        return summary === undefined
          ? "–"
          : formatAtMost(summary.untagged, summary.images.is_exact);
      },
    },
    {
      id: "archived",
      header: "Archived",
      width: 95,
      hidden: true,
      cell: ({ name }) => count(summaries.get(name)?.archived),
    },
    {
      id: "size",
      header: "Size",
      width: 105,
      cell: ({ name }) => <SizeCell size={summaries.get(name)?.size} />,
    },
    {
      id: "cost",
      header: "Cost per month",
      width: 130,
      hidden: true,
      cell: ({ name }) => <CostCell summary={summaries.get(name)} />,
    },
    {
      id: "pushed",
      header: "Last pushed",
      width: 130,
      cell: ({ name }) => <RelativeTime timeMs={summaries.get(name)?.pushed_at_ms ?? null} />,
    },
    {
      id: "pulled",
      header: "Last pulled",
      width: 130,
      hideOrder: 3,
      cell: ({ name }) => <RelativeTime timeMs={summaries.get(name)?.pulled_at_ms ?? null} />,
    },
    {
      id: "mutability",
      header: "Mutability",
      width: 130,
      hideOrder: 2,
      sortingComparator: (one, other) =>
        mutabilityLabel(one.settings.tag_mutability).localeCompare(
          mutabilityLabel(other.settings.tag_mutability),
        ),
      cell: ({ settings }) => (
        <span title={settings.exclusion_filters.join(", ")}>
          {mutabilityLabel(settings.tag_mutability)}
        </span>
      ),
    },
    {
      id: "created",
      header: "Created",
      width: 130,
      hideOrder: 1,
      sortingComparator: (one, other) => (one.created_at_ms ?? 0) - (other.created_at_ms ?? 0),
      cell: ({ created_at_ms }) => <RelativeTime timeMs={created_at_ms} />,
    },
    {
      id: "scan",
      header: "Scan on push",
      hidden: true,
      sortingComparator: (one, other) =>
        Number(one.settings.scan_on_push) - Number(other.settings.scan_on_push),
      cell: ({ settings }) => (settings.scan_on_push ? "On" : "Off"),
    },
    {
      id: "encryption",
      header: "Encryption",
      hidden: true,
      sortingComparator: (one, other) =>
        encryptionLabel(one.settings.encryption).localeCompare(
          encryptionLabel(other.settings.encryption),
        ),
      cell: ({ settings }) => encryptionLabel(settings.encryption),
    },
    {
      id: "policy",
      header: "Lifecycle policy",
      width: 150,
      hidden: true,
      cell: ({ name }) => <PolicyCell policy={policies.get(name)?.state} />,
    },
    {
      id: "aws-tags",
      header: "AWS tags",
      width: 180,
      hidden: true,
      cell: ({ name }) => <AwsTagsCell listed={awsTags.get(name)} />,
    },
  ];
}
