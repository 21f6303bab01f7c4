import type { ReportFormat } from "../../ipc/generated";

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
export async function exportReport(backend: Exporter, job: string, format: ReportFormat) {
  const path = await backend.savePathChoose(`migration.${extensions[format]}`);
  if (path !== null) {
    await backend.migrationReportExport(job, format, path);
  }
}
