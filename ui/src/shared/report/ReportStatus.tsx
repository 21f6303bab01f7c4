import Alert, { type AlertProps } from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { MigrationReport, ReportSummary, Undone } from "../../ipc/generated";
import { formatCount, formatCounted, formatExact } from "../format";
import { totalsText, undoneInPart } from "../undo/undoTexts";

const alertTypes: Record<ReportSummary["status"], AlertProps.Type> = {
  success: "success",
  info: "info",
  warning: "warning",
  error: "error",
  stopped: "info",
  "in-progress": "info",
};

interface ReportStatusProps {
  report: MigrationReport;
  /** Whether the last verification failed, so that the current state is unknown. */
  verifyFailed: boolean;
  /** The last undo, whose status replaces that of the report. */
  undone: Undone | null;
}

/** Says what the last check found. */
function verifiedText({ verified_at_ms, summary }: MigrationReport): string | null {
  if (verified_at_ms === null) {
    return null;
  }
  const { images, equal, equal_to_pushed, failed } = summary.counts;
  const at = `Verified at ${formatExact(verified_at_ms)}`;
  if (failed > 0) {
    const are = failed === 1 ? "is" : "are";
    return `${at}: ${formatCount(failed)} of ${formatCounted(images, "image", "images")} changed or ${are} missing`;
  }
  return equal + equal_to_pushed === images ? `${at}: all digests match` : at;
}

function UndoneStatus({ undone }: { undone: Undone }) {
  const inPart = undoneInPart(undone);
  const deleted = totalsText(undone.totals);
  return (
    <Alert type="info" header={inPart ? "Partly undone" : "Undone"}>
      <div data-testid="report-undone">
        {inPart ? "Some images of this migration" : "The images of this migration"} were deleted by
        Undo at {formatExact(undone.at_ms)}
        {deleted === "" ? "" : `: ${deleted}`}. The report shows the state before that.
      </div>
    </Alert>
  );
}

/** The one status of a report. The last check or undo replaces the status of the run. */
export function ReportStatus({ report, verifyFailed, undone }: ReportStatusProps) {
  const { summary } = report;
  const type = verifyFailed || undone !== null ? "info" : alertTypes[summary.status];
  const verified = verifiedText(report);
  return (
    <div role="status" data-testid="result" data-outcome={report.outcome} data-status={type}>
      {undone !== null ? (
        <UndoneStatus undone={undone} />
      ) : (
        <Alert
          type={type}
          header={verifyFailed ? `Last known status: ${summary.title}` : summary.title}
        >
          <SpaceBetween size="xxs">
            {verifyFailed && <span>Couldn’t verify the images again.</span>}
            {/* In the line of the result, so that a check doesn't move what is below. */}
            <span>
              {summary.text}
              {verified !== null && <span data-testid="verified-at"> {verified}</span>}
            </span>
            {summary.notes.map((note) => (
              <span key={note}>{note}</span>
            ))}
          </SpaceBetween>
        </Alert>
      )}
    </div>
  );
}
