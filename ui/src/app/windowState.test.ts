import { describe, expect, it } from "vitest";
import type { AwsConnection, AwsIdentity } from "../ipc/generated";
import { profileConnection } from "../shared/connection";
import { initialWindowState, type WindowState, windowReducer } from "./windowState";

const practice: WindowState = {
  ...initialWindowState,
  page: "settings",
  session: { connection: { kind: "practice" }, identity: null, alias: null },
  job: "job-1",
};

describe("the state of the window", () => {
  it("opens the wizard when practice mode has started, unless the user left the page", () => {
    const started = { type: "practice_started", from: "welcome" } as const;
    const stayed = windowReducer({ ...initialWindowState, page: "welcome" }, started);
    expect(stayed).toMatchObject({
      page: "migrate",
      session: { connection: { kind: "practice" } },
    });
    const left = windowReducer({ ...initialWindowState, page: "history" }, started);
    expect(left.page).toBe("history");
  });

  it("forgets practice mode after a reset, but not a running job", () => {
    const finished = windowReducer(practice, { type: "practice_reset", closesJob: true });
    expect(finished).toMatchObject({ job: null, session: { connection: null } });
    const running = windowReducer(practice, { type: "practice_reset", closesJob: false });
    expect(running.job).toBe("job-1");
  });

  it("opens a repository once: later visits of the page start with the list", () => {
    const connection = profileConnection("work");
    const opened = windowReducer(initialWindowState, {
      type: "repository_opened",
      connection,
      name: "app",
    });
    expect(opened.repository).toEqual({ name: "app" });
    // Another account on the same page closes the repository by itself.
    const stayed = windowReducer(opened, { type: "account_chosen", connection });
    expect(stayed.repository).toEqual({ name: "app" });
    const left = windowReducer(opened, { type: "page_opened", page: "history" });
    expect(left.repository).toBeNull();
    const migrated = windowReducer(opened, { type: "migrated_repositories_opened", connection });
    expect(migrated).toMatchObject({ page: "repositories", repository: null });
  });

  it("keeps an AWS session when practice mode is reset", () => {
    const aws: WindowState = {
      ...practice,
      session: { ...practice.session, connection: { kind: "environment", region: null } as never },
    };
    const reset = windowReducer(aws, { type: "practice_reset", closesJob: false });
    expect(reset).toMatchObject({ job: "job-1", session: aws.session });
    // A finished job of practice mode is gone, whatever account was looked at since.
    const closed = windowReducer(aws, { type: "practice_reset", closesJob: true });
    expect(closed).toMatchObject({ job: null, followed: null, session: aws.session });
  });

  it("has one account: the one that was chosen last, with its identity while it stays", () => {
    const known = { account_id: "111122223333" } as AwsIdentity;
    const wizard = windowReducer(initialWindowState, {
      type: "connection_chosen",
      session: { connection: profileConnection("work"), identity: known, alias: "team" },
    });
    const work = profileConnection("work");
    const other = profileConnection("other");
    const chosen = (connection: AwsConnection) =>
      windowReducer(wizard, { type: "account_chosen", connection }).session;
    expect(chosen(work)).toMatchObject({ connection: work, identity: known, alias: "team" });
    expect(chosen(other)).toEqual({ connection: other, identity: null, alias: null });
    const opened = windowReducer(wizard, {
      type: "repository_opened",
      connection: other,
      name: "app",
    });
    expect(opened).toMatchObject({ page: "repositories", session: { connection: other } });
    // The repositories of a migration are those of its destination.
    const migrated = { type: "migrated_repositories_opened", connection: work } as const;
    expect(windowReducer(opened, migrated).session.connection).toEqual(work);
  });

  it("follows a running migration while the wizard is shown, and opens it again", () => {
    const started = windowReducer(initialWindowState, { type: "job_shown", job: "job-1" });
    const wizard = windowReducer(started, { type: "job_shown", job: null });
    expect(wizard).toMatchObject({ job: null, followed: "job-1" });
    const away = windowReducer(wizard, { type: "page_opened", page: "settings" });
    expect(windowReducer(away, { type: "followed_job_opened" })).toMatchObject({
      page: "migrate",
      job: "job-1",
    });
  });
});
