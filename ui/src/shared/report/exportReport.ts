import type { MigrationReport, ReportFormat } from "../../ipc/generated";
import { exportName } from "../exportName";

const extensions: Record<ReportFormat, string> = {
  markdown: "md",
  csv: "csv",
  json: "json",
  html: "html",
};

interface Exporter {
  savePathChoose(suggestedName: string): Promise<string | null>;
  migrationReportExport(job: string, format: ReportFormat, path: string): Promise<void>;
}

/** Exports a report to a file that the user selects. */
export async function exportReport(
  backend: Exporter,
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
