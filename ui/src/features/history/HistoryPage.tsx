import Box from "@cloudscape-design/components/box";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useEffect, useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc/BackendContext";
import type { HistoryEntry, MigrationReport, MigrationRequest } from "../../ipc/generated";
import { FollowingTabs } from "../../shared/FollowingTabs";
import { formatExact } from "../../shared/format";
import { InfoLink } from "../../shared/help";
import { exportReport } from "../../shared/report/exportReport";
import { ReportView } from "../../shared/report/ReportView";
import { UndoModal } from "../../shared/undo/UndoModal";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";
import { ChangeHistory } from "./ChangeHistory";
import { DeleteEntryModal } from "./DeleteEntryModal";
import { HistoryTable } from "./HistoryTable";
import { canResume, canUndo } from "./historyStates";
import { useImageSearch } from "./useImageSearch";

/** Poll interval for migrations that run in another window or command. */
const reloadIntervalMs = 2000;

export interface HistoryPageProps {
  /** Called with the newest history. */
  onListed: (entries: readonly HistoryEntry[]) => void;
  /** Opens a running job. */
  onJob: (job: string) => void;
  /** Opens the wizard with the recorded request. `account` is the recorded account, if it can be read. */
  onRequest: (request: MigrationRequest, account: string | undefined) => void;
  onMigrate: () => void;
}

/** The last verification of a migration. Its report replaces the recorded one. */
interface Check {
  readonly migration: string;
  readonly report: MigrationReport | null;
  readonly isFailed: boolean;
}

/** The history page: all migrations, and the report of one of them. */
export function HistoryPage(props: HistoryPageProps) {
  const { onListed, onJob, onRequest, onMigrate } = props;
  const backend = useBackend();
  const listed = useRequest("history", () => backend.historyList());
  const changes = useRequest("changes", async () => {
    const [deletions, others] = await Promise.all([
      backend.deletionHistory(),
      backend.imageChanges(),
    ]);
    return { deletions, others };
  });
  const [opened, setOpened] = useState<HistoryEntry | null>(null);
  // The migration that couldn't be resumed, for the actions of the error.
  const [tried, setTried] = useState<HistoryEntry | null>(null);
  const [deleting, setDeleting] = useState<HistoryEntry | null>(null);
  const [undoing, setUndoing] = useState<HistoryEntry | null>(null);
  const search = useImageSearch();
  const { running, error, run, buttonState, dismiss } = useAsyncAction();
  const report = useRequest(opened === null ? null : `report ${opened.migration}`, () =>
    backend.historyReport(opened?.migration ?? ""),
  );
  // It belongs to its migration: the answer can follow when another one is open.
  const [lastCheck, setLastCheck] = useState<Check | null>(null);
  const check = lastCheck?.migration === opened?.migration ? lastCheck : null;
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
    const timer = setInterval(reload, reloadIntervalMs);
    return () => clearInterval(timer);
  }, [anyRuns, reload]);

  /** Runs an action. Its error offers to resume `resumed`, and no other migration. */
  const act = (work: () => Promise<void>, name?: string, resumed: HistoryEntry | null = null) => {
    setTried(resumed);
    return run(work, name);
  };
  const open = (entry: HistoryEntry) =>
    act(async () => {
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
  const resume = (entry: HistoryEntry) =>
    act(async () => onJob(await backend.migrationResume(entry.migration)), "resume", entry);
  const verify = ({ migration }: HistoryEntry) =>
    act(async () => {
      try {
        const report = await backend.historyVerify(migration);
        setLastCheck({ migration, report, isFailed: false });
      } catch (failure) {
        setLastCheck({ migration, report: check?.report ?? null, isFailed: true });
        throw failure;
      }
    }, "verify");
  const runAgain = (entry: HistoryEntry) =>
    act(
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
            ...(tried === null
              ? {}
              : { run_again: () => runAgain(tried), retry: () => resume(tried) }),
          }}
          onDismiss={dismiss}
        />
      )}
      {changes.error !== null && (
        <ErrorAlert error={changes.error} actions={{ retry: changes.reload }} />
      )}
      {listed.error !== null && <ErrorAlert error={listed.error} actions={{ retry: reload }} />}
      {search.error !== null && (
        <ErrorAlert error={search.error} actions={{ retry: search.reload }} />
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
          <FollowingTabs
            // The tables fill the window, and the page doesn't scroll.
            disableContentPaddings
            tabs={[
              {
                id: "migrations",
                label: "Migrations",
                contentRenderStrategy: "lazy",
                content: <Box padding={{ top: "s" }}>{migrations}</Box>,
              },
              {
                id: "changes",
                label: "Changes",
                contentRenderStrategy: "lazy",
                content: (
                  <Box padding={{ top: "s" }}>
                    <ChangeHistory
                      deletions={changes.answer?.deletions ?? []}
                      changes={changes.answer?.others ?? []}
                      loading={changes.loading && changes.answer === null}
                      onReload={changes.reload}
                    />
                  </Box>
                ),
              },
            ]}
            ariaLabel="History"
            data-testid="history-tabs"
          />
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
                setLastCheck(null);
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
            <ErrorAlert error={report.error} actions={{ retry: report.reload }} />
          )}
          {report.answer === null && report.error === null && <Spinner />}
          {report.answer !== null && (
            <ReportView
              report={check?.report ?? report.answer}
              verifyFailed={check?.isFailed ?? false}
              undone={(shown ?? opened).undone}
              exporting={running === "export"}
              onExport={(format) =>
                act(async () => {
                  if (report.answer !== null) {
                    await exportReport(backend, report.answer, format);
                  }
                }, "export")
              }
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button
                    onClick={() => verify(opened)}
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
            act(async () => {
              await backend.historyDelete(deleting.migration);
              reload();
            });
          }}
        />
      )}
    </>
  );
}
