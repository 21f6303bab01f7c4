import { expect, it } from "vitest";
import { exportName } from "./exportName";

const timeMs = new Date(2026, 10, 9, 7, 5).getTime();

it.each([
  [
    "migration",
    { practice: false, account_id: "111122223333" },
    "html",
    "migration-111122223333-2026-11-09-0705.html",
  ],
  [
    "migration-plan",
    { practice: true, account_id: "000000000000" },
    "json",
    "migration-plan-practice-2026-11-09-0705.json",
  ],
  ["transload-profiles", null, "json", "transload-profiles-2026-11-09-0705.json"],
])("%s is named after its destination and time", (what, identity, extension, name) => {
  expect(exportName(what, identity, timeMs, extension)).toBe(name);
});
