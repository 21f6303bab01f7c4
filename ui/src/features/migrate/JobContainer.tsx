import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc/BackendContext";
import type { ReportFormat } from "../../ipc/generated";
import { JobView } from "./progress/JobView";
import type { JobState } from "./progress/jobState";
import { ResultView } from "./result/ResultView";

interface JobContainerProps {
  job: JobState;
  errorActions: ErrorActions;
  onJob: (job: string | null) => void;
  onAnother: () => void;
  onRepositories: () => void;
}

const extensions: Record<ReportFormat, string> = { markdown: "md", csv: "csv", json: "json" };

/** A job with what can be done about it. */
export function JobContainer({
  job,
  errorActions,
  onJob,
  onAnother,
  onRepositories,
}: JobContainerProps) {
  const backend = useBackend();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const id = job.snapshot.job;
  const report = job.snapshot.report;

  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const exportReport = (format: ReportFormat) =>
    run(async () => {
      const path = await backend.savePathChoose(`migration.${extensions[format]}`);
      if (path !== null) {
        await backend.migrationReportExport(id, format, path);
      }
    });

  return (
    <SpaceBetween size="l">
      {error !== null && (
        <ErrorAlert error={error} actions={errorActions} onDismiss={() => setError(null)} />
      )}
      {report === null ? (
        <JobView
          job={job}
          errorActions={errorActions}
          busy={busy}
          onPause={() => run(() => backend.jobPause(id))}
          onResume={() => run(() => backend.jobResume(id))}
          onCancel={() => run(() => backend.jobCancel(id))}
        />
      ) : (
        <ResultView
          report={report}
          retrying={busy}
          onExport={exportReport}
          onRetryFailed={() => run(async () => onJob(await backend.migrationRetryFailed(id)))}
          onAnother={onAnother}
          onRepositories={onRepositories}
        />
      )}
    </SpaceBetween>
  );
}
