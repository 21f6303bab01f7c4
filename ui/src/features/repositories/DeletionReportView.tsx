import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ErrorActions, ErrorAlert } from "../../errors";
import type { DeletionPlan, DeletionReport } from "../../ipc/generated";
import { formatCount, formatCounted } from "../../shared/format";
import { DeletedImagesTable } from "./DeletedImagesTable";

interface DeletionReportViewProps {
  plan: DeletionPlan;
  report: DeletionReport;
  /** Retry makes a new plan. */
  actions: ErrorActions;
}

function resultText({ planned, deleted, stopped }: DeletionReport): string {
  const counts = [
    planned.repositories > 0 &&
      `${formatCount(deleted.repositories)} of ${formatCounted(planned.repositories, "repository", "repositories")}`,
    planned.images > 0 &&
      `${formatCount(deleted.images)} of ${formatCounted(planned.images, "image", "images")}`,
    planned.images === 0 &&
      planned.tags > 0 &&
      `${formatCount(deleted.tags)} of ${formatCounted(planned.tags, "tag", "tags")}`,
  ].filter((text) => text !== false);
  const why = stopped
    ? "You stopped the deletion. Everything else is kept."
    : "Everything else is kept.";
  return `${counts.join(" and ")} deleted. ${why}`;
}

/** The result of a deletion that left something, with the reason of each. */
export function DeletionReportView({ plan, report, actions }: DeletionReportViewProps) {
  return (
    <SpaceBetween size="m">
      <div role="status" data-testid="deletion-result">
        <Alert type="warning">
          {resultText(report)}
          {report.record !== null && ` The images are recorded in ${report.record}.`}
        </Alert>
      </div>
      {report.repositories.map(({ name, error }) =>
        error === null ? null : <ErrorAlert key={name} error={error} actions={actions} />,
      )}
      <DeletedImagesTable plan={plan} report={report} />
    </SpaceBetween>
  );
}
