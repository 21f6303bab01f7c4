/** What an undo deleted, and what it left. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ErrorAlert } from "../../errors";
import type { UndoReport } from "../../ipc/generated";
import { formatCount } from "../format";
import { leftText, undoneText } from "./undoTexts";

/** Maximum number of listed items. */
const leftShown = 100;

export function UndoReportView({ report }: { report: UndoReport }) {
  const { left, cancelled } = report;
  const failed = left.some((one) => one.why.kind === "failed");
  return (
    <SpaceBetween size="m">
      <div role="status" data-testid="undo-report">
        <Alert
          type={failed || cancelled ? "warning" : "success"}
          header={cancelled ? "Stopped" : failed ? "Undo completed with errors" : "Undo completed"}
        >
          {undoneText(report)}
        </Alert>
      </div>
      {report.journal_error !== null && <ErrorAlert error={report.journal_error} />}
      {left.slice(0, leftShown).map(({ name, why }) => (
        <div key={name}>
          <Box variant="strong">{name}</Box>
          {why.kind === "failed" ? <ErrorAlert error={why.error} /> : <div>{leftText(why)}</div>}
        </div>
      ))}
      {left.length > leftShown && <Box>And {formatCount(left.length - leftShown)} more.</Box>}
    </SpaceBetween>
  );
}
