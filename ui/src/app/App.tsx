import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { ErrorActions } from "../errors";
import { HistoryPage } from "../features/history";
import { MigratePage, percentOf, useDraft, useJob } from "../features/migrate";
import { ProfilesPage } from "../features/profiles";
import { RepositoriesPage } from "../features/repositories";
import { SettingsPage } from "../features/settings";
import { BackendProvider, useBackend } from "../ipc/BackendContext";
import type { Backend } from "../ipc/backend";
import type { AwsConnection, AwsIdentity, SavedProfile } from "../ipc/generated";
import { useRequest } from "../shared/useRequest";
import { CloseModal } from "./CloseModal";
import { ConnectionPicker } from "./ConnectionPicker";
import { ErrorBoundary } from "./ErrorBoundary";
import { Frame } from "./Frame";
import { MfaCodeProvider } from "./MfaCodeProvider";
import type { Page } from "./routes";
import { SignInProvider } from "./SignInProvider";
import { useInterruptedNotice } from "./useInterruptedNotice";
import { useNotices } from "./useNotices";
import { useSettings } from "./useSettings";
import { useTheme } from "./useTheme";
import { WelcomePage } from "./WelcomePage";

/** The whole window on a backend. */
export function App({ backend }: { backend: Backend }) {
  return (
    <I18nProvider locale="en" messages={[messages]}>
      <BackendProvider backend={backend}>
        <SignInProvider>
          <Window />
        </SignInProvider>
      </BackendProvider>
    </I18nProvider>
  );
}

interface Session {
  readonly connection: AwsConnection | null;
  readonly identity: AwsIdentity | null;
  readonly alias: string | null;
}

const noSession: Session = { connection: null, identity: null, alias: null };

function Window() {
  const backend = useBackend();
  const { settings, info, ready, error: settingsError, change } = useSettings();
  const { notices, notify, notifyError } = useNotices();
  const dark = useTheme(settings.theme);
  const [page, setPage] = useState<Page | null>(null);
  const [session, setSession] = useState<Session>(noSession);
  // What the Repositories page shows where that is not what the wizard chose.
  const [looked, setLooked] = useState<AwsConnection | null>(null);
  const [job, setJob] = useState<string | null>(null);
  const [closing, setClosing] = useState(false);
  const [startingPractice, setStartingPractice] = useState(false);
  const kept = useDraft(ready ? settings.keep_draft : null);
  const followed = useJob(job);
  const engine = useRequest(ready ? `engine ${settings.engine_address}` : null, () =>
    backend.engineStatus(),
  );
  const draftDispatch = kept.dispatch;

  useEffect(() => backend.onCloseRequested(() => setClosing(true)), [backend]);
  useEffect(() => {
    if (settingsError !== null) {
      notifyError(settingsError);
    }
  }, [settingsError, notifyError]);

  /** Starts practice and shows the wizard, unless the person went on from the page meanwhile. */
  const choosePractice = useCallback(
    async (from: Page | null) => {
      setStartingPractice(true);
      try {
        await backend.practiceStart();
        draftDispatch({ type: "connection_chosen", connection: { kind: "practice" } });
        setSession({ ...noSession, connection: { kind: "practice" } });
        setLooked(null);
        setPage((now) => (now === from ? "migrate" : now));
      } catch (error) {
        notifyError(error);
      } finally {
        setStartingPractice(false);
      }
    },
    [backend, draftDispatch, notifyError],
  );

  // Where the window begins: a job that still runs, practice, the first-start cards, the wizard.
  const draftRead = kept.draft !== null;
  useEffect(() => {
    if (!ready || !draftRead || page !== null) {
      return;
    }
    const first = settings.welcomed ? "migrate" : "welcome";
    setPage(first);
    if (info?.started_in_practice) {
      choosePractice(first);
    }
    backend.jobsList().then(
      (jobs) => {
        const running = jobs.find((one) => one.status !== "finished");
        if (running !== undefined) {
          setJob(running.job);
        }
      },
      () => {},
    );
  }, [backend, ready, draftRead, page, settings.welcomed, info, choosePractice]);

  const openHistory = useCallback(() => setPage("history"), []);
  const interrupted = useInterruptedNotice(backend, ready, notify, openHistory);

  // A saved profile that is marked as the default is chosen in an empty wizard.
  const connectionChosen = kept.draft?.connection !== null;
  useEffect(() => {
    if (!draftRead || connectionChosen) {
      return;
    }
    backend.savedProfilesList().then(
      (profiles) => {
        const preset = profiles.find((profile) => profile.is_default);
        if (preset !== undefined) {
          draftDispatch({ type: "saved_profile_preset", profile: preset });
        }
      },
      () => {},
    );
  }, [backend, draftRead, connectionChosen, draftDispatch]);

  const begin = (to: Page) => {
    setPage(to);
    if (!settings.welcomed) {
      change({ welcomed: true }).catch(notifyError);
    }
  };
  const onConnection = useCallback(
    (connection: AwsConnection, identity: AwsIdentity | null, alias: string | null) =>
      setSession({ connection, identity, alias }),
    [],
  );
  const showJob = (shown: string | null) => {
    // One that goes on has the name that it had.
    if (shown !== null && shown === job) {
      followed.reload();
    }
    if (shown !== null) {
      interrupted.goneOn(shown);
    }
    setJob(shown);
  };
  const lookAtMigrated = () => {
    setLooked(null);
    setPage("repositories");
  };
  const forgetPractice = () => {
    draftDispatch({ type: "practice_reset" });
    if (session.connection?.kind === "practice") {
      setSession(noSession);
      if (followed.state?.snapshot.status === "finished") {
        setJob(null);
      }
    }
    if (looked?.kind === "practice") {
      setLooked(null);
    }
    notify("success", "Practice is as it was at first");
  };
  const use = (profile: SavedProfile) => {
    draftDispatch({ type: "saved_profile_used", profile });
    draftDispatch({ type: "step_shown", step: 0 });
    if (followed.state?.snapshot.status === "finished") {
      setJob(null);
    }
    setPage("migrate");
  };
  const errorActions = useMemo<ErrorActions>(
    () => ({
      open_settings: () => setPage("settings"),
      open_log: () => {
        backend.logFolderOpen().catch(notifyError);
      },
      start_practice: () => {
        choosePractice(page);
      },
    }),
    [backend, notifyError, choosePractice, page],
  );

  const looking = page === "repositories" && looked !== null;
  const connection = looking ? looked : session.connection;
  const practised = [session.connection, looked].some((one) => one?.kind === "practice");
  const snapshot = followed.state?.snapshot;
  const percent =
    snapshot === undefined || snapshot.status === "finished" ? null : percentOf(snapshot);

  return (
    <Frame
      page={page ?? "migrate"}
      connection={connection}
      identity={looking ? null : session.identity}
      alias={looking ? null : session.alias}
      engine={engine.answer}
      dark={dark}
      percent={percent}
      notices={notices}
      onPage={begin}
      onDark={(wanted) => {
        change({ theme: wanted ? "dark" : "light" }).catch(notifyError);
      }}
      onEngine={engine.reload}
    >
      <MfaCodeProvider connections={[looked, session.connection]}>
        <ErrorBoundary key={page}>
          {page === "welcome" && (
            <WelcomePage
              starting={startingPractice}
              onMigrate={() => begin("migrate")}
              onRepositories={() => begin("repositories")}
              onPractice={() => {
                choosePractice(page).then(() => change({ welcomed: true }).catch(notifyError));
              }}
            />
          )}
          {page === "migrate" && (
            <MigratePage
              draft={kept}
              job={job}
              followed={followed}
              removeTemporaryTags={settings.remove_temporary_tags}
              errorActions={errorActions}
              onConnection={onConnection}
              onJob={showJob}
              onRepositories={lookAtMigrated}
            />
          )}
          {page === "repositories" && (
            <RepositoriesPage
              connection={connection}
              connectionPicker={<ConnectionPicker connection={connection} onChange={setLooked} />}
              errorActions={errorActions}
              onRegion={(region) => {
                if (connection !== null && connection.kind !== "practice") {
                  setLooked({ ...connection, region });
                }
              }}
            />
          )}
          {page === "history" && (
            <HistoryPage
              errorActions={errorActions}
              onListed={interrupted.listed}
              onJob={(shown) => {
                showJob(shown);
                setPage("migrate");
              }}
              onRequest={(request, account) => {
                draftDispatch({ type: "request_taken", request, account });
                setJob(null);
                setPage("migrate");
              }}
              onMigrate={() => setPage("migrate")}
            />
          )}
          {page === "profiles" && <ProfilesPage onUse={use} errorActions={errorActions} />}
          {page === "settings" && (
            <SettingsPage
              settings={settings}
              onChange={change}
              practiceRuns={practised}
              onPracticeReset={forgetPractice}
              errorActions={errorActions}
            />
          )}
        </ErrorBoundary>
      </MfaCodeProvider>
      {closing && (
        <CloseModal
          onStay={() => setClosing(false)}
          onClose={() => {
            backend.windowClose().catch(notifyError);
          }}
        />
      )}
    </Frame>
  );
}
