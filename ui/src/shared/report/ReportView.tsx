import Alert, { type AlertProps } from "@cloudscape-design/components/alert";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { ErrorAlert } from "../../errors";
import type { MigrationOutcome, MigrationReport, ReportFormat } from "../../ipc/generated";
import { Bytes } from "../Bytes";
import { formatCounted, formatDuration } from "../format";
import { ReportTable } from "./ReportTable";
import { WhatNow } from "./WhatNow";

const outcomes: Record<MigrationOutcome, { type: AlertProps.Type; header: string; text: string }> =
  {
    succeeded: {
      type: "success",
      header: "Every image is in ECR",
      text: "The digests below were asked of the registry and of ECR after the push.",
    },
    partly_failed: {
      type: "warning",
      header: "Some images are in ECR, some are not",
      text: "Each failed image says why. Retry failed does only those once more.",
    },
    failed: {
      type: "error",
      header: "No image arrived",
      text: "Each image says why. When the cause is gone, Retry failed does them once more.",
    },
    cancelled: {
      type: "info",
      header: "Cancelled",
      text: "Images that were through stay in ECR. The others were not tagged there. The history goes on with them.",
    },
    interrupted: {
      type: "warning",
      header: "Not brought to its end",
      text: "Transload or the computer stopped, or it still runs. Images that were through are in ECR; Resume does the others.",
    },
  };

/** Props of {@link ReportView}. */
export interface ReportViewProps {
  report: MigrationReport;
  /** What can be done next, beside the export. */
  actions: ReactNode;
  onExport: (format: ReportFormat) => void;
}

/** What a migration did, proved by digest. */
export function ReportView({ report, actions, onExport }: ReportViewProps) {
  const outcome = outcomes[report.outcome];
  const failed = report.images.filter((image) => image.result.kind === "failed").length;
  const moved = report.images.filter((image) => image.result.kind === "moved").length;
  const leftBehind = report.images.reduce((sum, image) => sum + image.left_behind.length, 0);
  const open = report.images.filter((image) => image.result.kind === "cancelled").length;
  const unchanged = report.images.filter((image) => image.result.kind === "unchanged").length;
  return (
    <SpaceBetween size="l">
      <div role="status" data-testid="result" data-outcome={report.outcome}>
        <Alert type={outcome.type} header={outcome.header}>
          {outcome.text}
        </Alert>
      </div>
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
                    { id: "html", text: "Web page" },
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
            {
              label: "Images",
              value: [
                `${moved} moved`,
                unchanged > 0 ? `${unchanged} there already` : "",
                failed > 0 ? `${failed} failed` : "",
                open > 0 ? `${open} not finished` : "",
              ]
                .filter((part) => part !== "")
                .join(", "),
            },
            {
              label: "Repositories created",
              value:
                report.repositories_created.length === 0
                  ? "None"
                  : report.repositories_created.join(", "),
            },
            { label: "Sent", value: <Bytes bytes={report.sent_bytes} /> },
            { label: "Time", value: formatDuration(report.elapsed_ms) },
            {
              label: "Account",
              value: `${report.identity.account_id}, ${report.identity.region}`,
            },
            { label: "Registry", value: report.registry },
            { label: "There already", value: <Bytes bytes={report.skipped_bytes} /> },
            ...(leftBehind === 0
              ? []
              : [
                  {
                    label: "Stayed behind",
                    value: formatCounted(
                      leftBehind,
                      "signature or referrer",
                      "signatures or referrers",
                    ),
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
      <WhatNow report={report} />
    </SpaceBetween>
  );
}
