import { Channel, type InvokeArgs, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend, Unsubscribe } from "./backend";
import type { ChooseProgress, JobEvent, PlanProgress, UndoProgress } from "./generated";
import { toApiError } from "./invokeError";

/** Calls a command. The shell's commands take their arguments in snake case. */
async function call<Answer>(command: string, args?: InvokeArgs): Promise<Answer> {
  try {
    return await invoke<Answer>(command, args);
  } catch (rejection) {
    throw toApiError(rejection);
  }
}

function jobFollow(job: string, fromSeq: number, onEvent: (event: JobEvent) => void): Unsubscribe {
  let next = fromSeq;
  let wanted = true;
  const channel = new Channel<JobEvent[]>();
  channel.onmessage = (events) => {
    for (const event of events) {
      // A replay may overlap with what came live; whoever follows notices a gap by `seq` itself.
      if (wanted && event.seq >= next) {
        next = event.seq + 1;
        onEvent(event);
      }
    }
  };
  call<void>("job_follow", { job, from_seq: fromSeq, on_events: channel }).catch(
    (error: unknown) => {
      if (wanted) {
        reportError(error);
      }
    },
  );
  return () => {
    wanted = false;
  };
}

function onCloseRequested(callback: () => void): Unsubscribe {
  let wanted = true;
  const listening = listen("close-requested", () => {
    if (wanted) {
      callback();
    }
  });
  return () => {
    wanted = false;
    listening.then(
      (stop) => stop(),
      () => {},
    );
  };
}

/** The program's own backend: every method is one command of the shell. */
export const tauriBackend: Backend = {
  appInfo: () => call("app_info"),
  settingsGet: () => call("settings_get"),
  settingsSet: (settings) => call("settings_set", { settings }),
  logFolderOpen: () => call("log_folder_open"),
  linkOpen: (url) => call("link_open", { url }),
  savePathChoose: (suggestedName) => call("save_path_choose", { suggested_name: suggestedName }),
  openPathChoose: () => call("open_path_choose"),

  draftGet: () => call("draft_get"),
  draftSet: (draft) => call("draft_set", { draft }),

  savedProfilesList: () => call("saved_profiles_list"),
  savedProfileSave: (profile) => call("saved_profile_save", { profile }),
  savedProfileDelete: (id) => call("saved_profile_delete", { id }),
  savedProfilesExport: (ids, path) => call("saved_profiles_export", { ids, path }),
  savedProfilesImport: (path, allowEndpoints) =>
    call("saved_profiles_import", { path, allow_endpoints: allowEndpoints }),

  awsProfilesList: () => call("aws_profiles_list"),
  awsIdentity: (connection) => call("aws_identity", { connection }),
  awsMfaSubmit: (connection, code) => call("aws_mfa_submit", { connection, code }),
  awsAccountAlias: (connection) => call("aws_account_alias", { connection }),
  registryLogin: (connection, withEngine) =>
    call("registry_login", { connection, with_engine: withEngine }),

  clientLogins: (connection) => call("client_logins", { connection }),
  clientLoginApply: (connection, client, way) =>
    call("client_login_apply", { connection, client, way }),
  clientLoginUndo: (connection, client) => call("client_login_undo", { connection, client }),

  signInStart: (target, way) => call("sign_in_start", { target, way }),
  signInWait: (signIn) => call("sign_in_wait", { sign_in: signIn }),
  signInCancel: (signIn) => call("sign_in_cancel", { sign_in: signIn }),
  signInPageOpen: (signIn) => call("sign_in_page_open", { sign_in: signIn }),
  ssoSessionsList: () => call("sso_sessions_list"),
  ssoSignOut: (target) => call("sso_sign_out", { target }),
  ssoAccountsList: (target) => call("sso_accounts_list", { target }),
  ssoRolesList: (target, accountId) => call("sso_roles_list", { target, account_id: accountId }),
  awsProfilePreview: (profile) => call("aws_profile_preview", { profile }),
  awsProfileAdd: (profile) => call("aws_profile_add", { profile }),

  engineStatus: () => call("engine_status"),
  engineOriginals: (repository, tags) => call("engine_originals", { repository, tags }),

  networkStatus: () => call("network_status"),
  caFileCheck: (path) => call("ca_file_check", { path }),

  sourceLogin: (login) => call("source_login", { login }),
  sourceLogout: (source) => call("source_logout", { source }),
  sourceLoginStatus: (source) => call("source_login_status", { source }),
  sourceNamespaces: (source) => call("source_namespaces", { source }),
  sourceRepositories: (source, next) => call("source_repositories", { source, next }),
  sourceTags: (source, repository, next) => call("source_tags", { source, repository, next }),
  sourceTagDetails: (source, repository, tags) =>
    call("source_tag_details", { source, repository, tags }),

  sourceChoose: (source, selection, attempt, onProgress) => {
    const channel = new Channel<ChooseProgress>();
    channel.onmessage = onProgress;
    return call("source_choose", { source, selection, attempt, on_progress: channel });
  },
  sourceChooseCancel: (attempt) => call("source_choose_cancel", { attempt }),

  repositoryNamesPropose: (sourceRepositories, rules) =>
    call("repository_names_propose", { source_repositories: sourceRepositories, rules }),

  migrationPlan: (request, attempt, onProgress) => {
    const channel = new Channel<PlanProgress>();
    channel.onmessage = onProgress;
    return call("migration_plan", { request, attempt, on_progress: channel });
  },
  migrationPlanCancel: (attempt) => call("migration_plan_cancel", { attempt }),
  migrationCommands: (plan, tool) => call("migration_commands", { plan, tool }),
  migrationPermissions: (plan) => call("migration_permissions", { plan }),
  migrationExpiryConfirm: (plan, repositories) =>
    call("migration_expiry_confirm", { plan, repositories }),
  migrationStart: (plan) => call("migration_start", { plan }),
  migrationRetryFailed: (job) => call("migration_retry_failed", { job }),
  migrationResume: (migration) => call("migration_resume", { migration }),
  migrationPlanExport: (plan, path) => call("migration_plan_export", { plan, path }),
  migrationReportExport: (job, format, path) =>
    call("migration_report_export", { job, format, path }),
  migrationUndoPlan: (migration) => call("migration_undo_plan", { migration }),
  migrationUndo: (undo, onProgress) => {
    const channel = new Channel<UndoProgress>();
    channel.onmessage = onProgress;
    return call("migration_undo", { undo, on_progress: channel });
  },
  migrationUndoStop: (undo) => call("migration_undo_stop", { undo }),

  historyList: () => call("history_list"),
  historyReport: (migration) => call("history_report", { migration }),
  historyRequest: (migration) => call("history_request", { migration }),
  historyVerify: (migration) => call("history_verify", { migration }),
  historyDelete: (migration) => call("history_delete", { migration }),

  jobsList: () => call("jobs_list"),
  jobSnapshot: (job) => call("job_snapshot", { job }),
  jobFollow,
  jobPause: (job) => call("job_pause", { job }),
  jobResume: (job) => call("job_resume", { job }),
  jobLookAgain: (job) => call("job_look_again", { job }),
  jobCancel: (job) => call("job_cancel", { job }),

  registrySettings: (connection) => call("registry_settings", { connection }),
  registryOfferCommands: (connection, offer) =>
    call("registry_offer_commands", { connection, offer }),
  registryOfferAccept: (connection, offer) => call("registry_offer_accept", { connection, offer }),

  repositoriesList: (connection) => call("repositories_list", { connection }),
  repositorySummaries: (connection, names) => call("repository_summaries", { connection, names }),
  repositoryDetails: (connection, name) => call("repository_details", { connection, name }),
  repositoryIndexEntries: (connection, name, digest) =>
    call("repository_index_entries", { connection, name, digest }),
  repositoryImagesDelete: (connection, name, images) =>
    call("repository_images_delete", { connection, name, images }),
  repositoryDelete: (connection, name) => call("repository_delete", { connection, name }),
  repositoryElsewhere: (connection, name) => call("repository_elsewhere", { connection, name }),
  repositoryCreate: (connection, name, settings) =>
    call("repository_create", { connection, name, settings }),

  practiceStart: () => call("practice_start"),
  practiceReset: () => call("practice_reset"),
  practiceTagMove: (repository, tag, to) => call("practice_tag_move", { repository, tag, to }),

  onCloseRequested,
  windowClose: () => call("window_close"),
};
