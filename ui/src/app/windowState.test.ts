import { describe, expect, it } from "vitest";
import { initialWindowState, type WindowState, windowReducer } from "./windowState";

const practice: WindowState = {
  ...initialWindowState,
  page: "settings",
  session: { connection: { kind: "practice" }, identity: null, alias: null },
  viewed: { kind: "practice" },
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
    const finished = windowReducer(practice, { type: "practice_reset", jobFinished: true });
    expect(finished).toMatchObject({ viewed: null, job: null, session: { connection: null } });
    const running = windowReducer(practice, { type: "practice_reset", jobFinished: false });
    expect(running.job).toBe("job-1");
  });

  it("keeps an AWS session when practice mode is reset", () => {
    const aws: WindowState = {
      ...practice,
      session: { ...practice.session, connection: { kind: "environment", region: null } as never },
    };
    const reset = windowReducer(aws, { type: "practice_reset", jobFinished: true });
    expect(reset).toMatchObject({ viewed: null, job: "job-1", session: aws.session });
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
