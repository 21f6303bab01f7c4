import Alert, { type AlertProps } from "@cloudscape-design/components/alert";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { ErrorAlert } from "../../errors";
import type { MigrationReport, ReportFormat, ReportSummary } from "../../ipc/generated";
import { Bytes } from "../Bytes";
import { formatCount, formatCounted, formatDuration, formatExact } from "../format";
import { NextSteps } from "./NextSteps";
import { ReportTable } from "./ReportTable";

const alertTypes: Record<ReportSummary["status"], AlertProps.Type> = {
  success: "success",
  info: "info",
  warning: "warning",
  error: "error",
  stopped: "info",
  "in-progress": "info",
};

export interface ReportViewProps {
  report: MigrationReport;
  /** Whether the last verification failed, so that the current state is unknown. */
  verifyFailed?: boolean;
  /** Additional buttons. */
  actions: ReactNode;
  onExport: (format: ReportFormat) => void;
}

/** The status of a report with its notes. */
function Status({ report, verifyFailed }: { report: MigrationReport; verifyFailed: boolean }) {
  const { summary, verified_at_ms } = report;
  const type = verifyFailed ? "info" : alertTypes[summary.status];
  return (
    <div role="status" data-testid="result" data-outcome={report.outcome} data-status={type}>
      <Alert
        type={type}
        header={verifyFailed ? `Last known status: ${summary.title}` : summary.title}
      >
        <SpaceBetween size="xxs">
          {verifyFailed && <span>Couldn’t verify the images again.</span>}
          <span>{summary.text}</span>
          {summary.notes.map((note) => (
            <span key={note}>{note}</span>
          ))}
          {verified_at_ms !== null && (
            <span data-testid="verified-at">
              Verified again at {formatExact(verified_at_ms)} against the registry and ECR.
            </span>
          )}
        </SpaceBetween>
      </Alert>
    </div>
  );
}

/** The report of a migration. */
export function ReportView({ report, verifyFailed = false, actions, onExport }: ReportViewProps) {
  const part = report.part;
  return (
    <SpaceBetween size="l">
      <Status report={report} verifyFailed={verifyFailed} />
      {report.run_error !== null && <ErrorAlert error={report.run_error} />}
      {report.journal_error !== null && <ErrorAlert error={report.journal_error} />}
      <Container
        header={
          <Header
            variant="h2"
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <ButtonDropdown
                  items={[
                    { id: "markdown", text: "Markdown" },
                    { id: "csv", text: "CSV" },
                    { id: "html", text: "HTML" },
                    { id: "json", text: "JSON" },
                  ]}
                  onItemClick={({ detail }) => onExport(detail.id as ReportFormat)}
                  data-testid="export-report"
                >
                  Export report
                </ButtonDropdown>
                {actions}
              </SpaceBetween>
            }
          >
            Result
          </Header>
        }
      >
        <KeyValuePairs
          columns={4}
          items={[
            { label: "Images", value: report.summary.text },
            {
              label: "Repositories created",
              value:
                report.repositories_created.length === 0
                  ? "None"
                  : report.repositories_created.join(", "),
            },
            {
              label: "Sent",
              value: report.sent_bytes === null ? "Unknown" : <Bytes bytes={report.sent_bytes} />,
            },
            { label: "Time", value: formatDuration(report.elapsed_ms) },
            {
              label: "Account",
              value: `${report.identity.account_id}, ${report.identity.region}`,
            },
            { label: "Registry", value: report.registry },
            { label: "Already in ECR", value: <Bytes bytes={report.skipped_bytes} /> },
            ...(part === null || part.parts === 1
              ? []
              : [
                  {
                    label: "Part",
                    value:
                      part.part === null
                        ? `All ${formatCount(part.parts)} merged`
                        : `${formatCount(part.part)} of ${formatCount(part.parts)}`,
                  },
                ]),
            {
              label: "Temporary tags left",
              value:
                report.temporary_tags_left.length === 0
                  ? "None"
                  : formatCounted(report.temporary_tags_left.length, "tag", "tags"),
            },
          ]}
        />
      </Container>
      <ReportTable images={report.images} />
      <NextSteps report={report} />
    </SpaceBetween>
  );
}
