import Alert, { type AlertProps } from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { MigrationOutcome, MigrationReport, ReportFormat } from "../../../ipc/generated";
import { Bytes } from "../../../shared/Bytes";
import { formatCounted, formatDuration } from "../../../shared/format";
import { ResultTable } from "./ResultTable";
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
      text: "Images that were through stay in ECR. The others were not tagged there.",
    },
  };

/** Props of {@link ResultView}. */
export interface ResultViewProps {
  report: MigrationReport;
  retrying: boolean;
  onExport: (format: ReportFormat) => void;
  onRetryFailed: () => void;
  onAnother: () => void;
  onRepositories: () => void;
}

/** What a migration did, proved by digest. */
export function ResultView({
  report,
  retrying,
  onExport,
  onRetryFailed,
  onAnother,
  onRepositories,
}: ResultViewProps) {
  const outcome = outcomes[report.outcome];
  const failed = report.images.filter((image) => image.result.kind === "failed").length;
  const moved = report.images.filter((image) => image.result.kind === "moved").length;
  const leftBehind = report.images.reduce((sum, image) => sum + image.left_behind.length, 0);
  const unchanged = report.images.filter((image) => image.result.kind === "unchanged").length;
  return (
    <SpaceBetween size="l">
      <div role="status" data-testid="result" data-outcome={report.outcome}>
        <Alert type={outcome.type} header={outcome.header}>
          {outcome.text}
        </Alert>
      </div>
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
                    { id: "json", text: "JSON" },
                  ]}
                  onItemClick={({ detail }) => onExport(detail.id as ReportFormat)}
                  data-testid="export-report"
                >
                  Export report
                </ButtonDropdown>
                {failed > 0 && (
                  <Button onClick={onRetryFailed} loading={retrying} data-testid="retry-failed">
                    Retry failed
                  </Button>
                )}
                <Button onClick={onRepositories} data-testid="show-repositories">
                  Look at the repositories
                </Button>
                <Button variant="primary" onClick={onAnother} data-testid="start-another">
                  Start another migration
                </Button>
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
      <ResultTable images={report.images} />
      <WhatNow report={report} />
    </SpaceBetween>
  );
}
