import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";
import type { Repository, RepositorySummary } from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { CopyableText } from "../../shared/CopyableText";
import { formatCount } from "../../shared/format";
import { RelativeTime } from "../../shared/RelativeTime";
import { encryptionLabel, mutabilityLabels } from "../../shared/repositorySettings";

/** Column names by ID, in order, for the preferences. */
export const repositoryColumnNames = [
  { id: "name", label: "Name", alwaysVisible: true },
  { id: "uri", label: "URI" },
  { id: "images", label: "Images" },
  { id: "size", label: "Size" },
  { id: "mutability", label: "Tag mutability" },
  { id: "scan", label: "Scan on push" },
  { id: "encryption", label: "Encryption" },
  { id: "created", label: "Created" },
] as const;

export function repositoryColumns(
  summaries: ReadonlyMap<string, RepositorySummary>,
  onOpen: (name: string) => void,
): TableProps.ColumnDefinition<Repository>[] {
  return [
    {
      id: "name",
      header: "Name",
      sortingField: "name",
      isRowHeader: true,
      cell: ({ name }) => (
        <Link onFollow={() => onOpen(name)} data-testid={`repository-open-${name}`}>
          {name}
        </Link>
      ),
    },
    {
      id: "uri",
      header: "URI",
      minWidth: 260,
      sortingField: "uri",
      cell: ({ name, uri }) => <CopyableText text={uri} what={`the URI of ${name}`} />,
    },
    {
      id: "images",
      header: "Images",
      cell: ({ name }) => {
        const summary = summaries.get(name);
        return summary === undefined ? "–" : formatCount(summary.images);
      },
    },
    {
      id: "size",
      header: "Size",
      cell: ({ name }) => <Bytes bytes={summaries.get(name)?.size_bytes ?? null} />,
    },
    {
      id: "mutability",
      header: "Tag mutability",
      sortingComparator: (one, other) =>
        mutabilityLabels[one.settings.tag_mutability].localeCompare(
          mutabilityLabels[other.settings.tag_mutability],
        ),
      cell: ({ settings }) => (
        <span title={settings.exclusion_filters.join(", ")}>
          {mutabilityLabels[settings.tag_mutability]}
        </span>
      ),
    },
    {
      id: "scan",
      header: "Scan on push",
      sortingComparator: (one, other) =>
        Number(one.settings.scan_on_push) - Number(other.settings.scan_on_push),
      cell: ({ settings }) => (settings.scan_on_push ? "On" : "Off"),
    },
    {
      id: "encryption",
      header: "Encryption",
      sortingComparator: (one, other) =>
        encryptionLabel(one.settings.encryption).localeCompare(
          encryptionLabel(other.settings.encryption),
        ),
      cell: ({ settings }) => encryptionLabel(settings.encryption),
    },
    {
      id: "created",
      header: "Created",
      sortingComparator: (one, other) => (one.created_at_ms ?? 0) - (other.created_at_ms ?? 0),
      cell: ({ created_at_ms }) => <RelativeTime timeMs={created_at_ms} />,
    },
  ];
}
