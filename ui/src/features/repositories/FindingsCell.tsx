/** The column of findings, with its text for an image that has been scanned. */
import type { ListedFindings, SeverityCount } from "../../ipc/generated";
import { formatCount, formatCounted } from "../../shared/format";
import { isKnown } from "../../shared/reported";
import type { Column } from "../../shared/tablePreferences";
import { scanStateText, severityLabel } from "../../shared/vulnerabilities";
import type { RepositoryImageRow } from "./repositoryImageRows";
import { scannedDigest } from "./useFindings";

/**
 * Findings in short: `1 critical, 2 high`. Lower severities only if there are no others. One that Transload doesn’t know
 * can be severe.
 */
export function findingsText({ findings }: ListedFindings): string {
  if (findings === null) {
    return "Couldn’t read";
  }
  const { state, counts } = findings;
  if (state !== "complete" && state !== "active") {
    return scanStateText(state).label;
  }
  const isSevere = ({ severity }: SeverityCount) =>
    severity === "critical" || severity === "high" || !isKnown(severity);
  const text = (list: readonly SeverityCount[]) =>
    list
      .map(({ severity, count }) => `${formatCount(count)} ${severityInText(severity)}`)
      .join(", ");
  return text(counts.filter(isSevere)) || text(counts) || "None";
}

function severityInText(severity: SeverityCount["severity"]): string {
  return isKnown(severity) ? severityLabel(severity).toLowerCase() : severityLabel(severity);
}

/** The column with the findings of the rows in sight. */
export function findingsColumn(
  findings: ReadonlyMap<string, ListedFindings>,
): Column<RepositoryImageRow> {
  return {
    id: "findings",
    header: "Vulnerabilities",
    width: 150,
    asked: true,
    cell: (row) => <FindingsCell row={row} findings={findings} />,
  };
}

interface FindingsCellProps {
  row: RepositoryImageRow;
  findings: ReadonlyMap<string, ListedFindings>;
}

function FindingsCell({ row, findings }: FindingsCellProps) {
  const digest = scannedDigest(row);
  const found = digest === null ? undefined : findings.get(digest);
  if (row.isEntry || digest === null) {
    return <span>–</span>;
  }
  if (found === undefined) {
    return <span>Reading</span>;
  }
  const inUse = found.findings?.in_use_count ?? 0;
  return (
    <span title={found.error?.message ?? (digest === row.digest ? undefined : `Of ${digest}`)}>
      {findingsText(found)}
      {inUse > 0 && ` · runs in ${formatCounted(inUse, "place", "places")}`}
    </span>
  );
}
