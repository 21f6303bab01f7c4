/** The state that several pages of the window share, as a reducer. `App` owns it. */
import type { AwsConnection, AwsIdentity } from "../ipc/generated";
import { connectionKey } from "../shared/connection";
import type { Page } from "./routes";

/** The account of the window: the one that was chosen last, on any page. Its identity once the wizard knows it. */
export interface Session {
  readonly connection: AwsConnection | null;
  readonly identity: AwsIdentity | null;
  readonly alias: string | null;
}

const noSession: Session = { connection: null, identity: null, alias: null };

export interface WindowState {
  /** `null` until the settings and the draft are loaded. */
  readonly page: Page | null;
  readonly session: Session;
  /** The job that the Migrate page shows instead of the wizard. */
  readonly job: string | null;
  /** The newest started or opened job. The window follows it also while the wizard is shown. */
  readonly followed: string | null;
  /** Whether the user tried to close the window while a job is running. */
  readonly closing: boolean;
  readonly startingPractice: boolean;
  /** The repository that the Repositories page was asked to open. */
  readonly repository: { readonly name: string } | null;
}

export const initialWindowState: WindowState = {
  page: null,
  session: noSession,
  job: null,
  followed: null,
  closing: false,
  startingPractice: false,
  repository: null,
};

type WindowAction =
  | { type: "page_opened"; page: Page }
  /** The wizard has a destination, and knows its identity or not yet. */
  | { type: "connection_chosen"; session: Session }
  | { type: "account_chosen"; connection: AwsConnection }
  | { type: "job_shown"; job: string | null }
  /** A job was opened from the navigation, and is followed from now on. */
  | { type: "job_opened"; job: string }
  | { type: "repository_opened"; connection: AwsConnection; name: string }
  /** The followed job was opened from the navigation or a notification. */
  | { type: "followed_job_opened" }
  /** The repositories of a migration are those of its destination. */
  | { type: "migrated_repositories_opened"; connection: AwsConnection }
  | { type: "practice_starting" }
  /** Opens the wizard, unless the user left the page `from` meanwhile. */
  | { type: "practice_started"; from: Page | null }
  | { type: "practice_failed" }
  /** Practice mode was reset. `closesJob`: the followed job is a finished one of practice mode. */
  | { type: "practice_reset"; closesJob: boolean }
  | { type: "close_requested" }
  | { type: "close_cancelled" };

const session = (connection: AwsConnection): Session => ({ ...noSession, connection });

/** Another account has another identity. */
function withAccount(state: WindowState, connection: AwsConnection): WindowState {
  const known = state.session.connection;
  return known !== null && connectionKey(known) === connectionKey(connection)
    ? state
    : { ...state, session: session(connection) };
}

export function windowReducer(state: WindowState, action: WindowAction): WindowState {
  const next = stateAfter(state, action);
  // A repository is opened once: a later visit of the page, possibly of another account, starts with the list.
  return next.page === "repositories" || next.repository === null
    ? next
    : { ...next, repository: null };
}

function stateAfter(state: WindowState, action: WindowAction): WindowState {
  switch (action.type) {
    case "page_opened":
      return { ...state, page: action.page };
    case "connection_chosen":
      return { ...state, session: action.session };
    case "account_chosen":
      return withAccount(state, action.connection);
    case "job_shown":
      return { ...state, job: action.job, followed: action.job ?? state.followed };
    case "job_opened":
      return { ...state, job: action.job, followed: action.job, page: "migrate" };
    case "repository_opened":
      return {
        ...withAccount(state, action.connection),
        page: "repositories",
        repository: { name: action.name },
      };
    case "followed_job_opened":
      return { ...state, job: state.followed, page: "migrate" };
    case "migrated_repositories_opened":
      return {
        ...withAccount(state, action.connection),
        page: "repositories",
        repository: null,
      };
    case "practice_starting":
      return { ...state, startingPractice: true };
    case "practice_started":
      return {
        ...state,
        startingPractice: false,
        session: session({ kind: "practice" }),
        page: state.page === action.from ? "migrate" : state.page,
      };
    case "practice_failed":
      return { ...state, startingPractice: false };
    case "practice_reset":
      return {
        ...state,
        session: state.session.connection?.kind === "practice" ? noSession : state.session,
        ...(action.closesJob ? { job: null, followed: null } : {}),
      };
    case "close_requested":
      return { ...state, closing: true };
    case "close_cancelled":
      return { ...state, closing: false };
  }
}
