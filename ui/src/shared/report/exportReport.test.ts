import { expect, it, vi } from "vitest";
import type { MigrationReport } from "../../ipc/generated";
import { exportReport } from "./exportReport";

const report = {
  job: "job-7",
  started_at_ms: new Date(2026, 10, 9, 7, 5).getTime(),
  identity: { practice: false, account_id: "111122223333" },
} as MigrationReport;

it("an export is named after its migration", async () => {
  const backend = {
    savePathChoose: vi.fn(async (name: string): Promise<string | null> => `/home/me/${name}`),
    migrationReportExport: vi.fn(async () => {}),
  };
  await exportReport(backend, report, "markdown");
  const path = "/home/me/migration-111122223333-2026-11-09-0705.md";
  expect(backend.migrationReportExport).toHaveBeenCalledWith("job-7", "markdown", path);
});

it("an export that was cancelled writes nothing", async () => {
  const backend = { savePathChoose: async () => null, migrationReportExport: vi.fn() };
  await exportReport(backend, report, "csv");
  expect(backend.migrationReportExport).not.toHaveBeenCalled();
});
