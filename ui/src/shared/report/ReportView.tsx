import Box from "@cloudscape-design/components/box";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Popover from "@cloudscape-design/components/popover";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { ErrorAlert } from "../../errors";
import type { MigrationReport, ReportFormat, Undone } from "../../ipc/generated";
import { Bytes } from "../Bytes";
import { FillHeight } from "../FillHeight";
import { FollowingTabs } from "../FollowingTabs";
import { formatCount, formatCounted, formatDuration } from "../format";
import { NextSteps } from "./NextSteps";
import { ReportStatus } from "./ReportStatus";
import { ReportTable } from "./ReportTable";
import "./report.css";

interface ReportViewProps {
  report: MigrationReport;
  /** Whether the last verification failed, so that the current state is unknown. */
  verifyFailed?: boolean;
  /** The last undo, or `null`. */
  undone?: Undone | null;
  actions: ReactNode;
  /** The logins of other clients, among the next steps. */
  logins?: ReactNode;
  /** Whether a report is being exported. */
  exporting?: boolean;
  onExport: (format: ReportFormat) => void;
}

/** The number of created repositories, with their names on request. */
function CreatedRepositories({ names }: { names: readonly string[] }) {
  if (names.length === 0) {
    return <span>None</span>;
  }
  return (
    <Popover
      header="Repositories created"
      dismissAriaLabel="Close"
      size="large"
      content={
        <div style={{ maxBlockSize: "300px", overflowY: "auto" }}>
          {names.map((name) => (
            <Box key={name}>{name}</Box>
          ))}
        </div>
      }
      data-testid="repositories-created"
    >
      {formatCounted(names.length, "repository", "repositories")}
    </Popover>
  );
}

/** What the migration did, in numbers. */
function ReportFacts({ report }: { report: MigrationReport }) {
  const { part } = report;
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          {
            label: "Repositories created",
            value: <CreatedRepositories names={report.repositories_created} />,
          },
          {
            label: "Sent",
            value: report.sent_bytes === null ? "Unknown" : <Bytes bytes={report.sent_bytes} />,
          },
          {
            label: "Reused",
            info: <Box variant="small">Layers that ECR had, or that another image uploaded</Box>,
            value: <Bytes bytes={report.skipped_bytes} />,
          },
          { label: "Duration", value: formatDuration(report.elapsed_ms) },
          ...(report.identity === null
            ? []
            : [
                {
                  label: "Account",
                  value: `${report.identity.account_id}, ${report.identity.region}`,
                },
              ]),
          { label: "Registry", value: report.registry },
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
  );
}

type ReportTab = "report-tab-images" | "report-tab-summary" | "report-tab-next";

/**
 * The report of a migration. Its images fill the window, and what else there is to read is in other tabs,
 * so that the table scrolls and the page doesn’t.
 */
export function ReportView(props: ReportViewProps) {
  const { report, verifyFailed = false, undone = null, exporting = false, onExport } = props;
  const [tab, setTab] = useState<ReportTab>("report-tab-images");
  return (
    <SpaceBetween size="s">
      <ReportStatus report={report} verifyFailed={verifyFailed} undone={undone} />
      {report.run_error !== null && <ErrorAlert error={report.run_error} />}
      {report.journal_error !== null && <ErrorAlert error={report.journal_error} />}
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
              loading={exporting}
              onItemClick={({ detail }) => onExport(detail.id as ReportFormat)}
              data-testid="export-report"
            >
              Export report
            </ButtonDropdown>
            {props.actions}
          </SpaceBetween>
        }
      >
        Report
      </Header>
      <FollowingTabs
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId as ReportTab)}
        ariaLabel="Report"
        disableContentPaddings
        data-testid="report-tabs"
        tabs={[
          {
            id: "report-tab-images",
            label: `Images (${formatCount(report.images.length)})`,
            // Its filter and open rows stay while another tab is shown.
            contentRenderStrategy: "lazy",
            content: <ReportTable images={report.images} />,
          },
          {
            id: "report-tab-summary",
            label: "Summary",
            content: (
              <FillHeight>
                <div className="report-tab">
                  <ReportFacts report={report} />
                </div>
              </FillHeight>
            ),
          },
          {
            id: "report-tab-next",
            label: "Next steps",
            content: (
              <FillHeight>
                <div className="report-tab">
                  <SpaceBetween size="l">
                    <NextSteps report={report} />
                    {props.logins}
                  </SpaceBetween>
                </div>
              </FillHeight>
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
