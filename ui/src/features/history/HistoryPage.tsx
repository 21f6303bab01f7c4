import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tabs from "@cloudscape-design/components/tabs";
import { useEffect, useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc/BackendContext";
import type { HistoryEntry, MigrationReport, MigrationRequest } from "../../ipc/generated";
import { formatExact } from "../../shared/format";
import { InfoLink } from "../../shared/help";
import { exportReport } from "../../shared/report/exportReport";
import { ReportView } from "../../shared/report/ReportView";
import { UndoModal } from "../../shared/undo/UndoModal";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";
import { DeleteEntryModal } from "./DeleteEntryModal";
import { DeletionHistory } from "./DeletionHistory";
import { HistoryTable } from "./HistoryTable";
import { canResume, canUndo } from "./historyStates";
import { useImageSearch } from "./useImageSearch";

/** Poll interval for migrations that run in another window or command. */
const lookAgainMs = 2000;

export interface HistoryPageProps {
  errorActions: ErrorActions;
  /** Called with the newest history. */
  onListed: (entries: readonly HistoryEntry[]) => void;
  /** Opens a running job. */
  onJob: (job: string) => void;
  /** Opens the wizard with the recorded request. `account` is the recorded account, if it can be read. */
  onRequest: (request: MigrationRequest, account: string | undefined) => void;
  onMigrate: () => void;
}

/** The history page: all migrations, and the report of one of them. */
export function HistoryPage(props: HistoryPageProps) {
  const { errorActions, onListed, onJob, onRequest, onMigrate } = props;
  const backend = useBackend();
  const listed = useRequest("history", () => backend.historyList());
  const deletions = useRequest("deletions", () => backend.deletionHistory());
  const [opened, setOpened] = useState<HistoryEntry | null>(null);
  // The migration of the error, for its actions.
  const [tried, setTried] = useState<HistoryEntry | null>(null);
  const [deleting, setDeleting] = useState<HistoryEntry | null>(null);
  const [undoing, setUndoing] = useState<HistoryEntry | null>(null);
  const search = useImageSearch();
  const { running, error, run, buttonState, dismiss } = useAsyncAction();
  const report = useRequest(opened === null ? null : `report ${opened.migration}`, () =>
    backend.historyReport(opened?.migration ?? ""),
  );
  // The verified report replaces the recorded one.
  const [verified, setVerified] = useState<MigrationReport | null>(null);
  const [verifyFailed, setVerifyFailed] = useState(false);
  const entries = listed.answer ?? [];
  // The newest entry, because it may have been undone since it was opened.
  const shown = entries.find((entry) => entry.migration === opened?.migration);

  const list = listed.answer;
  useEffect(() => {
    if (list !== null) {
      onListed(list);
    }
  }, [list, onListed]);
  const reload = listed.reload;
  const anyRuns = entries.some((entry) => entry.state === "running");
  useEffect(() => {
    if (!anyRuns) {
      return;
    }
    const timer = setInterval(reload, lookAgainMs);
    return () => clearInterval(timer);
  }, [anyRuns, reload]);

  const open = (entry: HistoryEntry) =>
    run(async () => {
      if (entry.state === "running") {
        // If the migration runs in another window, its report is incomplete but readable.
        const here = (await backend.jobsList()).some((job) => job.job === entry.migration);
        if (here) {
          onJob(entry.migration);
          return;
        }
      }
      setOpened(entry);
    }, "open");
  const resume = (entry: HistoryEntry) => {
    setTried(entry);
    return run(async () => onJob(await backend.migrationResume(entry.migration)), "resume");
  };
  const verify = (entry: HistoryEntry) =>
    run(async () => {
      try {
        setVerified(await backend.historyVerify(entry.migration));
        setVerifyFailed(false);
      } catch (failure) {
        setVerifyFailed(true);
        throw failure;
      }
    }, "verify");
  const runAgain = (entry: HistoryEntry) =>
    run(
      async () =>
        onRequest(await backend.historyRequest(entry.migration), entry.identity?.account_id),
      "again",
    );

  const failures = (
    <>
      {error !== null && (
        <ErrorAlert
          error={error}
          actions={{
            ...errorActions,
            ...(tried === null
              ? {}
              : { run_again: () => runAgain(tried), retry: () => resume(tried) }),
          }}
          onDismiss={dismiss}
        />
      )}
      {deletions.error !== null && (
        <ErrorAlert
          error={deletions.error}
          actions={{ ...errorActions, retry: deletions.reload }}
        />
      )}
      {listed.error !== null && (
        <ErrorAlert error={listed.error} actions={{ ...errorActions, retry: reload }} />
      )}
      {search.error !== null && (
        <ErrorAlert error={search.error} actions={{ ...errorActions, retry: search.reload }} />
      )}
    </>
  );
  const migrations = (
    <HistoryTable
      entries={entries}
      loading={listed.loading && listed.answer === null}
      readable={listed.error === null || listed.answer !== null}
      running={running}
      refreshing={listed.loading && listed.answer !== null && !anyRuns}
      search={search}
      onReload={reload}
      onOpen={open}
      onResume={resume}
      onRunAgain={runAgain}
      onDelete={setDeleting}
      onUndo={setUndoing}
      onMigrate={onMigrate}
    />
  );
  return (
    <>
      {/* The table stays mounted, so that its page, filter, and order are kept. */}
      <div hidden={opened !== null}>
        <SpaceBetween size="xs">
          {opened === null && failures}
          {deletions.answer === null || deletions.answer.length === 0 ? (
            migrations
          ) : (
            <Tabs
              // The tables fill the window, and the page doesn't scroll.
              disableContentPaddings
              tabs={[
                { id: "migrations", label: "Migrations", content: migrations },
                {
                  id: "deletions",
                  label: "Deletions",
                  content: (
                    <DeletionHistory
                      entries={deletions.answer}
                      errorActions={errorActions}
                      onReload={deletions.reload}
                    />
                  ),
                },
              ]}
              ariaLabel="History"
              data-testid="history-tabs"
            />
          )}
        </SpaceBetween>
      </div>
      {opened !== null && (
        <SpaceBetween size="l">
          <SpaceBetween size="xs">
            <BreadcrumbGroup
              items={[
                { text: "History", href: "#history" },
                { text: formatExact(opened.started_at_ms), href: "#" },
              ]}
              onFollow={(event) => {
                event.preventDefault();
                setOpened(null);
                setVerified(null);
                setVerifyFailed(false);
                reload();
              }}
              ariaLabel="Breadcrumbs"
            />
            <Header variant="h1" info={<InfoLink topic="report" />}>
              {`Migration of ${formatExact(opened.started_at_ms)}`}
            </Header>
          </SpaceBetween>
          {failures}
          {report.error !== null && (
            <ErrorAlert error={report.error} actions={{ ...errorActions, retry: report.reload }} />
          )}
          {report.answer === null && report.error === null && <Spinner />}
          {report.answer !== null && (
            <ReportView
              report={verified ?? report.answer}
              verifyFailed={verifyFailed}
              undone={(shown ?? opened).undone}
              exporting={running === "export"}
              onExport={(format) =>
                run(async () => {
                  if (report.answer !== null) {
                    await exportReport(backend, report.answer, format);
                  }
                }, "export")
              }
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button
                    onClick={() => {
                      setTried(null);
                      verify(opened);
                    }}
                    {...buttonState("verify")}
                    data-testid="report-verify"
                  >
                    Verify again
                  </Button>
                  <Button
                    onClick={() => runAgain(opened)}
                    {...buttonState("again")}
                    data-testid="report-again"
                  >
                    Run again
                  </Button>
                  {canUndo(shown ?? opened) && (
                    <Button onClick={() => setUndoing(opened)} data-testid="report-undo">
                      Undo
                    </Button>
                  )}
                  {canResume(shown ?? opened) && (
                    <Button
                      variant="primary"
                      {...buttonState("resume")}
                      onClick={() => resume(opened)}
                      data-testid="report-resume"
                    >
                      Resume
                    </Button>
                  )}
                </SpaceBetween>
              }
            />
          )}
        </SpaceBetween>
      )}
      {undoing !== null && (
        <UndoModal
          backend={backend}
          migration={undoing.migration}
          errorActions={errorActions}
          onUndone={reload}
          onClose={() => setUndoing(null)}
        />
      )}
      {deleting !== null && (
        <DeleteEntryModal
          entry={deleting}
          onClose={() => setDeleting(null)}
          onDelete={() => {
            setDeleting(null);
            run(async () => {
              await backend.historyDelete(deleting.migration);
              reload();
            });
          }}
        />
      )}
    </>
  );
}
