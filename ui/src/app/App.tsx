import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import type { ErrorActions } from "../errors";
import { FriendlyNamePage, initialFriendlyName } from "../features/friendlyName";
import { HistoryPage } from "../features/history";
import { ImagePage } from "../features/images";
import { holdsWork, MigratePage, useDraft, useJob } from "../features/migrate";
import { ProfilesPage } from "../features/profiles";
import { RepositoriesPage } from "../features/repositories";
import { SettingsPage } from "../features/settings";
import { BackendProvider, useBackend } from "../ipc/BackendContext";
import type { Backend } from "../ipc/backend";
import type { AwsConnection, AwsIdentity, MigrationRequest, SavedProfile } from "../ipc/generated";
import { NotifyProvider } from "../shared/notify";
import { reloadRequests, useRequest } from "../shared/useRequest";
import { openAccountItem } from "./accountItem";
import { type AnnouncementActions, withAnnouncements } from "./announcements";
import { CloseModal } from "./CloseModal";
import { ConnectionPicker } from "./ConnectionPicker";
import { ClickActivityContext, createClickActivity } from "./clickActivity";
import type { AccountItem } from "./connectionMenus";
import { DropHint } from "./DropHint";
import { ErrorBoundary } from "./ErrorBoundary";
import { Frame } from "./Frame";
import { helpTopic } from "./helpTopic";
import { MfaCodeProvider } from "./MfaCodeProvider";
import { PageContent } from "./PageContent";
import type { Page } from "./routes";
import { SignInProvider } from "./SignInProvider";
import { useDroppedFile } from "./useDroppedFile";
import { useFinishedNotice } from "./useFinishedNotice";
import { useInterruptedNotice } from "./useInterruptedNotice";
import { useNotices } from "./useNotices";
import { useRunningJobs } from "./useRunningJobs";
import { useSettings } from "./useSettings";
import { useTheme } from "./useTheme";
import { WelcomePage } from "./WelcomePage";
import { initialWindowState, windowReducer } from "./windowState";

/** Builds the window: providers, pages, and the state that several pages share. */
export function App({ backend }: { backend: Backend }) {
  const [activity] = useState(createClickActivity);
  const observed = useMemo(() => activity.observe(backend), [activity, backend]);
  useEffect(() => activity.watch(document), [activity]);
  return (
    <I18nProvider locale="en" messages={[messages]}>
      <ClickActivityContext value={activity}>
        <BackendProvider backend={observed}>
          <Window />
        </BackendProvider>
      </ClickActivityContext>
    </I18nProvider>
  );
}

function Window() {
  const backend = useBackend();
  const { settings, info, ready, error: settingsError, change } = useSettings();
  const { notices, notify, notifyError } = useNotices();
  const dark = useTheme(settings.theme);
  const [state, update] = useReducer(windowReducer, initialWindowState);
  const { page, session, job, followed: followedJob } = state;
  const [friendlyName, setFriendlyName] = useState(initialFriendlyName);
  const kept = useDraft(ready ? settings.keep_draft : null);
  const followed = useJob(followedJob);
  const engine = useRequest(ready ? `engine ${settings.engine_address}` : null, () =>
    backend.engineStatus(),
  );
  const draftDispatch = kept.dispatch;

  useEffect(() => backend.onCloseRequested(() => update({ type: "close_requested" })), [backend]);
  const dragged = useDroppedFile(backend, {
    draft: kept.draft,
    dispatch: draftDispatch,
    notify,
    notifyError,
    openWizard: () => {
      update({ type: "job_shown", job: null });
      update({ type: "page_opened", page: "migrate" });
    },
  });
  useEffect(() => {
    if (settingsError !== null) {
      notifyError(settingsError);
    }
  }, [settingsError, notifyError]);

  /** Starts practice mode and opens the wizard, unless the user opened another page meanwhile. Says whether it started. */
  const choosePractice = useCallback(
    async (from: Page | null): Promise<boolean> => {
      update({ type: "practice_starting" });
      try {
        await backend.practiceStart();
        draftDispatch({ type: "connection_chosen", connection: { kind: "practice" } });
        update({ type: "practice_started", from });
        return true;
      } catch (error) {
        update({ type: "practice_failed" });
        notifyError(error);
        return false;
      }
    },
    [backend, draftDispatch, notifyError],
  );

  // Chooses the first page, and follows a job that is still running.
  const draftRead = kept.draft !== null;
  useEffect(() => {
    if (!ready || !draftRead || page !== null) {
      return;
    }
    const first = settings.welcomed ? "migrate" : "welcome";
    update({ type: "page_opened", page: first });
    if (info?.started_in_practice) {
      choosePractice(first);
    }
    backend.jobsList().then(
      (jobs) => {
        const running = jobs.find((one) => one.status !== "finished");
        if (running !== undefined) {
          update({ type: "job_shown", job: running.job });
        }
      },
      () => {},
    );
  }, [backend, ready, draftRead, page, settings.welcomed, info, choosePractice]);

  const openPage = useCallback((to: Page) => update({ type: "page_opened", page: to }), []);
  const openHistory = useCallback(() => openPage("history"), [openPage]);
  const interrupted = useInterruptedNotice(backend, ready, notify, openHistory);

  // An empty wizard uses the default saved profile.
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
    openPage(to);
    if (!settings.welcomed) {
      change({ welcomed: true }).catch(notifyError);
    }
  };
  const onConnection = useCallback(
    (connection: AwsConnection, identity: AwsIdentity | null, alias: string | null) =>
      update({ type: "connection_chosen", session: { connection, identity, alias } }),
    [],
  );
  const showJob = (shown: string | null) => {
    // A resumed migration keeps its job ID.
    if (shown !== null && shown === job) {
      followed.reload();
    }
    if (shown !== null) {
      interrupted.resumed(shown);
    }
    update({ type: "job_shown", job: shown });
  };
  const resetPractice = () => {
    const shownJob = followed.state?.snapshot;
    const closesJob = shownJob?.status === "finished" && shownJob.connection.kind === "practice";
    draftDispatch({ type: "practice_reset" });
    update({ type: "practice_reset", closesJob });
  };
  const chooseDestination = () => {
    draftDispatch({ type: "step_shown", step: "connection" });
    update({ type: "job_shown", job: null });
    begin("migrate");
  };
  /** Opens a recorded migration in the wizard. The choices before can be restored. */
  const planAgain = (request: MigrationRequest, account: string | undefined) => {
    const before = kept.draft;
    draftDispatch({ type: "request_taken", request, account });
    update({ type: "job_shown", job: null });
    openPage("migrate");
    if (before !== null && holdsWork(before)) {
      notify({
        type: "info",
        header: "The wizard shows the recorded migration",
        text: "It replaced your selection.",
        about: ["recorded migration"],
        action: {
          text: "Undo",
          onClick: () => draftDispatch({ type: "restored", draft: before }),
        },
      });
    }
  };
  const chooseAccount = (chosen: AwsConnection) => {
    update({ type: "account_chosen", connection: chosen });
    // A destination that was chosen in the wizard stays.
    if (kept.draft?.connection === null) {
      draftDispatch({ type: "connection_chosen", connection: chosen });
    }
  };
  const use = (profile: SavedProfile) => {
    draftDispatch({ type: "saved_profile_used", profile });
    draftDispatch({ type: "step_shown", step: "connection" });
    update({ type: "job_shown", job: null });
    openPage("migrate");
  };
  const errorActions = useMemo<ErrorActions>(
    () => ({
      open_settings: () => openPage("settings"),
      open_log: () => {
        backend.logFolderOpen().catch(notifyError);
      },
      start_practice: () => {
        choosePractice(page);
      },
    }),
    [backend, notifyError, choosePractice, openPage, page],
  );

  const { connection } = session;
  const destination = kept.draft?.connection ?? null;
  const usesPractice = [connection, destination].some((one) => one?.kind === "practice");
  // The wizard has its own step, and the first page asks for no account.
  const choosesAccount = page !== null && page !== "migrate" && page !== "welcome";
  const snapshot = followed.state?.snapshot;
  const openFollowed = useCallback(() => update({ type: "followed_job_opened" }), []);
  const openJob = useCallback((opened: string) => update({ type: "job_opened", job: opened }), []);
  const jobs = useRunningJobs(backend, ready, snapshot, notify, openJob);
  useFinishedNotice(snapshot, page === "migrate" && job !== null, notify, openFollowed);

  const accountItem = (item: AccountItem) =>
    openAccountItem(item, session, {
      backend,
      notify,
      notifyError,
      openPage,
      chooseDestination,
    });
  const announcement = useRef<AnnouncementActions | null>(null);
  const announced = useMemo(
    () => withAnnouncements(backend, notify, () => announcement.current as AnnouncementActions),
    [backend, notify],
  );
  announcement.current = {
    page,
    openPage,
    openRepository: (at, name) => update({ type: "repository_opened", connection: at, name }),
    openFile: (path) => {
      backend.exportedFileOpen(path).catch(notifyError);
    },
    undo: (work) => {
      work(announced).then(reloadRequests, notifyError);
    },
  };

  return (
    <BackendProvider backend={announced}>
      <NotifyProvider value={notify}>
        <SignInProvider>
          {dragged && <DropHint />}
          <Frame
            page={page ?? "migrate"}
            wizard={page === "migrate" && job === null}
            topic={helpTopic(page ?? "migrate", kept.draft?.step, job)}
            shown={session}
            onConnection={choosesAccount ? chooseAccount : null}
            engine={engine.answer}
            dark={dark}
            jobs={jobs}
            notices={notices}
            onPage={begin}
            onAccountItem={accountItem}
            onJob={openJob}
            onDark={(wanted) => {
              change({ theme: wanted ? "dark" : "light" }).catch(notifyError);
            }}
            onEngine={engine.reload}
          >
            <MfaCodeProvider connections={[connection, destination]}>
              <PageContent page={page}>
                <ErrorBoundary key={page}>
                  {page === "welcome" && (
                    <WelcomePage
                      starting={state.startingPractice}
                      onMigrate={() => begin("migrate")}
                      onRepositories={() => begin("repositories")}
                      onPractice={() => {
                        choosePractice(page).then((started) => {
                          if (started) {
                            change({ welcomed: true }).catch(notifyError);
                          }
                        });
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
                      onRepositories={(migrated) =>
                        update({ type: "migrated_repositories_opened", connection: migrated })
                      }
                    />
                  )}
                  {page === "repositories" && (
                    <RepositoriesPage
                      connection={connection}
                      opening={state.repository}
                      connectionPicker={
                        <ConnectionPicker connection={connection} onChange={chooseAccount} />
                      }
                      errorActions={errorActions}
                      onRegion={(region) => {
                        if (connection !== null && connection.kind !== "practice") {
                          chooseAccount({ ...connection, region });
                        }
                      }}
                      showImage={(image, onClose) =>
                        connection !== null && (
                          <ImagePage
                            key={image.digest}
                            connection={connection}
                            image={image}
                            onClose={onClose}
                            errorActions={errorActions}
                          />
                        )
                      }
                    />
                  )}
                  {page === "history" && (
                    <HistoryPage
                      errorActions={errorActions}
                      onListed={interrupted.listed}
                      onJob={(shown) => {
                        showJob(shown);
                        openPage("migrate");
                      }}
                      onRequest={planAgain}
                      onMigrate={() => openPage("migrate")}
                    />
                  )}
                  {page === "profiles" && <ProfilesPage onUse={use} errorActions={errorActions} />}
                  {page === "friendlyName" && (
                    <FriendlyNamePage
                      state={friendlyName}
                      onChange={(changed) =>
                        setFriendlyName((before) => ({ ...before, ...changed }))
                      }
                      connection={connection}
                      connectionPicker={
                        <ConnectionPicker connection={connection} onChange={chooseAccount} />
                      }
                      errorActions={errorActions}
                    />
                  )}
                  {page === "settings" && (
                    <SettingsPage
                      settings={settings}
                      onChange={change}
                      practiceRuns={usesPractice}
                      connection={connection}
                      onPracticeReset={resetPractice}
                      errorActions={errorActions}
                    />
                  )}
                </ErrorBoundary>
              </PageContent>
            </MfaCodeProvider>
            {state.closing && (
              <CloseModal
                onStay={() => update({ type: "close_cancelled" })}
                onClose={() => {
                  backend.windowClose().catch(notifyError);
                }}
              />
            )}
          </Frame>
        </SignInProvider>
      </NotifyProvider>
    </BackendProvider>
  );
}
