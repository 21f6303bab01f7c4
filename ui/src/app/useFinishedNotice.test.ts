import { expect, it } from "vitest";
import type { ReportSummary } from "../ipc/generated";
import { finishedNotice } from "./useFinishedNotice";

it.each<[ReportSummary["status"], string, string]>([
  ["success", "success", "Migration completed"],
  // An image that was kept is no problem: the history says the same.
  ["info", "info", "Migration completed"],
  ["stopped", "info", "Migration stopped"],
  ["warning", "warning", "Migration ended with problems"],
  ["error", "error", "Migration failed"],
])("a migration with the status %s is announced as %s, %s", (status, type, header) => {
  const words = { title: "1 of 2 images skipped", text: "1 copied, 1 skipped." };
  const summary = { status, ...words } as ReportSummary;
  const notice = finishedNotice({ job: "j", summary }, () => {});
  expect(notice).toMatchObject({ type, header });
  expect(notice.text).toBe("1 of 2 images skipped. 1 copied, 1 skipped.");
});
