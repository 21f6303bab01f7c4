import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { type ErrorActions, ErrorActionsProvider } from "../errors";
import { type FriendlyNameState, initialFriendlyName } from "../features/friendlyName";
import { holdsWork, MigratePage, useDraft, useJob } from "../features/migrate";
import { BackendProvider, useBackend } from "../ipc/BackendContext";
import type { Backend } from "../ipc/backend";
import type { AwsConnection, AwsIdentity, MigrationRequest, SavedProfile } from "../ipc/generated";
import { NotifyProvider } from "../shared/notify";
import { reloadRequests, useRequest } from "../shared/useRequest";
import { useStableActions } from "../shared/useStableActions";
import { openAccountItem } from "./accountItem";
import { type AnnouncementActions, withAnnouncements } from "./announcements";
import { CloseModal } from "./CloseModal";
import { ClickActivityContext, createClickActivity } from "./clickActivity";
import type { AccountItem } from "./connectionMenus";
import { DropHint } from "./DropHint";
import { ErrorBoundary } from "./ErrorBoundary";
import { Frame } from "./Frame";
import { helpTopic } from "./helpTopic";
import { MfaCodeProvider } from "./MfaCodeProvider";
import { OtherPages } from "./OtherPages";
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
  const errorActions: ErrorActions = {
    open_settings: () => openPage("settings"),
    open_log: () => {
      backend.logFolderOpen().catch(notifyError);
    },
    start_practice: () => {
      choosePractice(page);
    },
  };

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

  const actions = useStableActions({
    begin,
    openPage,
    startPractice: () => {
      choosePractice(page).then((started) => {
        if (started) {
          change({ welcomed: true }).catch(notifyError);
        }
      });
    },
    chooseAccount,
    changeFriendlyName: (changed: Partial<FriendlyNameState>) =>
      setFriendlyName((before) => ({ ...before, ...changed })),
    openJob: (shown: string) => {
      showJob(shown);
      openPage("migrate");
    },
    planAgain,
    chooseProfile: use,
    changeSettings: change,
    onPracticeReset: resetPractice,
    chooseAccountItem: (item: AccountItem) =>
      openAccountItem(item, session, {
        backend,
        notify,
        notifyError,
        openPage,
        chooseDestination,
      }),
    changeTheme: (dark: boolean) => {
      change({ theme: dark ? "dark" : "light" }).catch(notifyError);
    },
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
            onConnection={choosesAccount ? actions.chooseAccount : null}
            engine={engine.answer}
            dark={dark}
            jobs={jobs}
            notices={notices}
            onPage={actions.begin}
            onAccountItem={actions.chooseAccountItem}
            onJob={openJob}
            onDark={actions.changeTheme}
            onEngine={engine.reload}
          >
            <MfaCodeProvider connections={[connection, destination]}>
              <PageContent page={page}>
                <ErrorBoundary key={page}>
                  <ErrorActionsProvider actions={errorActions}>
                    {page === "migrate" && (
                      <MigratePage
                        draft={kept}
                        job={job}
                        followed={followed}
                        removeTemporaryTags={settings.remove_temporary_tags}
                        onConnection={onConnection}
                        onJob={showJob}
                        onRepositories={(migrated) =>
                          update({ type: "migrated_repositories_opened", connection: migrated })
                        }
                      />
                    )}
                    <OtherPages
                      page={page}
                      connection={connection}
                      repository={state.repository}
                      friendlyName={friendlyName}
                      settings={settings}
                      startingPractice={state.startingPractice}
                      usesPractice={usesPractice}
                      onListed={interrupted.listed}
                      actions={actions}
                    />
                  </ErrorActionsProvider>
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
