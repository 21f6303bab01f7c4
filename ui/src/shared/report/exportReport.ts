import type { Commands, MigrationReport, ReportFormat } from "../../ipc/generated";
import { exportName } from "../exportName";

const extensions: Record<ReportFormat, string> = {
  markdown: "md",
  csv: "csv",
  json: "json",
  html: "html",
};

/** Exports a report to a file that the user selects. */
export async function exportReport(
  backend: Pick<Commands, "savePathChoose" | "migrationReportExport">,
  report: MigrationReport,
  format: ReportFormat,
) {
  const { identity, started_at_ms } = report;
  const name = exportName("migration", identity, started_at_ms, extensions[format]);
  const path = await backend.savePathChoose(name);
  if (path !== null) {
    await backend.migrationReportExport(report.job, format, path);
  }
}
