import type { MigrationReport, ReportFormat } from "../../ipc/generated";

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

/** Names a file after a migration: `migration-111122223333-2026-11-29-0042.html`. */
export function exportName(
  { started_at_ms, identity }: Pick<MigrationReport, "started_at_ms" | "identity">,
  format: ReportFormat,
): string {
  const started = new Date(started_at_ms);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [started.getFullYear(), two(started.getMonth() + 1), two(started.getDate())];
  const time = `${two(started.getHours())}${two(started.getMinutes())}`;
  const place = identity.practice ? "practice" : identity.account_id;
  return `migration-${place}-${day.join("-")}-${time}.${extensions[format]}`;
}

/** Exports a report to a file that the user selects. */
export async function exportReport(
  backend: Exporter,
  report: MigrationReport,
  format: ReportFormat,
) {
  const path = await backend.savePathChoose(exportName(report, format));
  if (path !== null) {
    await backend.migrationReportExport(report.job, format, path);
  }
}
