import Link from "@cloudscape-design/components/link";
import type { Repository, RepositorySummary } from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { CopyableLine } from "../../shared/CopyableText";
import { formatCount } from "../../shared/format";
import { MiddleEllipsis } from "../../shared/MiddleEllipsis";
import { RelativeTime } from "../../shared/RelativeTime";
import { encryptionLabel, mutabilityLabels } from "../../shared/repositorySettings";
import type { Column } from "../../shared/tablePreferences";

export function repositoryColumns(
  summaries: ReadonlyMap<string, RepositorySummary>,
  onOpen: (name: string) => void,
): Column<Repository>[] {
  return [
    {
      id: "name",
      header: "Name",
      width: 190,
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
      grow: 1,
      sortingField: "uri",
      cell: ({ name, uri }) => <CopyableLine text={uri} what={`the URI of ${name}`} />,
    },
    {
      id: "images",
      header: "Images",
      width: 95,
      cell: ({ name }) => {
        const summary = summaries.get(name);
        return summary === undefined ? "–" : formatCount(summary.images);
      },
    },
    {
      id: "size",
      header: "Size",
      width: 95,
      cell: ({ name }) => <Bytes bytes={summaries.get(name)?.size_bytes ?? null} />,
    },
    {
      id: "mutability",
      header: "Tag mutability",
      width: 130,
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
      id: "created",
      header: "Created",
      width: 120,
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
  ];
}
