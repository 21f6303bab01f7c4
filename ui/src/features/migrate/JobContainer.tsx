import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc/BackendContext";
import type { AwsConnection, ReportFormat } from "../../ipc/generated";
import { ClientLoginsSection } from "../../shared/clientLogins";
import { isHub } from "../../shared/namespaces";
import { exportReport } from "../../shared/report/exportReport";
import { ReportView } from "../../shared/report/ReportView";
import { SourceLoginForm } from "../../shared/SourceLoginForm";
import { UndoModal } from "../../shared/undo/UndoModal";
import { undoneInPart } from "../../shared/undo/undoTexts";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";
import { JobView } from "./progress/JobView";
import type { JobState } from "./progress/jobState";
import { usePendingStatus } from "./progress/usePendingStatus";
import { StopModal } from "./StopModal";

interface JobContainerProps {
  job: JobState;
  /** Reads the job again, for a status that no event reports. */
  onReload?: () => void;
  onJob: (job: string | null) => void;
  onAnother: () => void;
  /** Opens the repositories of the destination. */
  onRepositories: (connection: AwsConnection) => void;
}

/** Shows a job or its result, with the actions. */
export function JobContainer({
  job,
  onReload,
  onJob,
  onAnother,
  onRepositories,
}: JobContainerProps) {
  const backend = useBackend();
  const { busy, running, error, run, buttonState, dismiss } = useAsyncAction();
  const [undoing, setUndoing] = useState(false);
  const [askingToStop, setAskingToStop] = useState(false);
  const id = job.snapshot.job;
  const [pending, request] = usePendingStatus(job.snapshot.status);
  const report = job.snapshot.report;
  const source = job.snapshot.source;
  const waits = job.snapshot.quota_check_at_ms !== null;
  const login = useRequest(waits ? JSON.stringify(source) : null, () =>
    backend.sourceLoginStatus(source),
  );

  const practice = useRequest(waits && source.kind === "practice_account" ? "practice" : null, () =>
    backend.practiceStart(),
  );

  // The history knows whether the migration was undone, also in an earlier visit of this page.
  const recorded = useRequest(report === null ? null : `history ${id}`, () =>
    backend.historyList(),
  );
  const undone = recorded.answer?.find((entry) => entry.migration === id)?.undone ?? null;
  const canResume =
    report !== null &&
    undone === null &&
    (report.outcome === "cancelled" ||
      report.outcome === "interrupted" ||
      report.policies_not_set.length > 0);

  const stop = () => {
    setAskingToStop(false);
    request("cancelling", () =>
      run(async () => {
        await backend.jobCancel(id);
        onReload?.();
      }),
    );
  };
  const onExport = (format: ReportFormat) =>
    run(async () => {
      if (report !== null) {
        await exportReport(backend, report, format);
      }
    }, "export");

  return (
    <SpaceBetween size="l">
      {error !== null && <ErrorAlert error={error} onDismiss={dismiss} />}
      {report === null ? (
        <JobView
          job={job}
          // The answer of the command can follow the new status, whose button has the keyboard focus.
          busy={busy && running !== "switch"}
          pending={pending}
          signIn={
            <SourceLoginForm
              status={login}
              hub={isHub(source)}
              practice={practice.answer}
              onSignIn={async (typed) => {
                const status = await backend.sourceLogin({ source, ...typed });
                login.reload();
                return status;
              }}
              onSignOut={async () => {
                const status = await backend.sourceLogout(source);
                login.reload();
                return status;
              }}
            />
          }
          onPause={() => request("paused", () => run(() => backend.jobPause(id), "switch"))}
          onResume={() => request("running", () => run(() => backend.jobResume(id), "switch"))}
          onStop={() => setAskingToStop(true)}
          onCheckNow={() => run(() => backend.jobCheckNow(id))}
        />
      ) : (
        <ReportView
          report={report}
          undone={undone}
          exporting={running === "export"}
          onExport={onExport}
          logins={<ClientLoginsSection backend={backend} connection={job.snapshot.connection} />}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {undone === null && report.images.some((image) => image.result.kind === "failed") && (
                <Button
                  onClick={() =>
                    run(async () => onJob(await backend.migrationRetryFailed(id)), "retry")
                  }
                  {...buttonState("retry")}
                  data-testid="retry-failed"
                >
                  Retry failed images
                </Button>
              )}
              {(undone === null || undoneInPart(undone)) &&
                (report.repositories_created.length > 0 ||
                  report.images.some((image) => image.pushed_digest !== null)) && (
                  <Button onClick={() => setUndoing(true)} data-testid="undo-migration">
                    Undo
                  </Button>
                )}
              {canResume && (
                <Button
                  variant="primary"
                  onClick={() =>
                    run(async () => onJob(await backend.migrationResume(id)), "resume")
                  }
                  {...buttonState("resume")}
                  data-testid="resume-cancelled"
                >
                  Resume
                </Button>
              )}
              <Button
                onClick={() => onRepositories(job.snapshot.connection)}
                data-testid="show-repositories"
              >
                View repositories
              </Button>
              <Button
                variant={canResume ? "normal" : "primary"}
                onClick={onAnother}
                data-testid="start-another"
              >
                Start new migration
              </Button>
            </SpaceBetween>
          }
        />
      )}
      {askingToStop && report === null && (
        <StopModal onStop={stop} onClose={() => setAskingToStop(false)} />
      )}
      {undoing && (
        <UndoModal
          backend={backend}
          migration={id}
          onUndone={recorded.reload}
          onClose={() => setUndoing(false)}
        />
      )}
    </SpaceBetween>
  );
}
