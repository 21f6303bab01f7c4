/** Lifecycle policies that expire images of the plan. */
import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act } from "@testing-library/react";
import { expect, it } from "vitest";
import { recordedPlan } from "../ipc/fake/recordedPlan";
import type { LifecycleForecast } from "../ipc/generated";
import {
  byId,
  draftAtReview,
  expectAccessible,
  openWindow,
  pgcli,
  start,
  storefront,
  textOf,
} from "../testing/window";

/** Review in which the policies of these repositories expire images. */
const expiring = (forecasts: Record<string, LifecycleForecast>) =>
  openWindow({
    draft: draftAtReview(pgcli, storefront),
    answers: {
      migrationPlan: async (request) => {
        const plan = recordedPlan(request);
        const repositories = plan.repositories.map((one) => ({
          ...one,
          lifecycle: forecasts[one.name] ?? one.lifecycle,
        }));
        return { ...plan, repositories };
      },
    },
  });
const lifecycle: Record<string, LifecycleForecast> = {
  pgcli: {
    kind: "expires",
    planned: [
      {
        image: 0,
        tags: ["latest"],
        digest: "sha256:aa",
        rule: 1,
        action: "expire",
        after_days: null,
      },
    ],
    existing: [
      {
        image: null,
        tags: [],
        digest: "sha256:bb",
        rule: 2,
        action: "archive",
        after_days: 30,
      },
    ],
  },
  storefront: { kind: "unknown" },
};

it("expiring policies are listed, and disable Start until the user confirms them", async () => {
  const backend = expiring(lifecycle);
  const warning = await textOf("expiry-warning");
  expect(warning).toContain("pgcli");
  expect(warning).toContain("latest deleted within 24 hours, rule 1");
  expect(warning).toContain("sha256:bb archived after 30 days, rule 2");
  expect(await textOf("expiry-unknown")).toContain("storefront");
  await expectAccessible(await byId("expiry-warning"));
  const startButton = await byId("wizard-start");
  expect(startButton.getAttribute("aria-disabled")).toBe("true");
  expect(await textOf("wizard-start")).toContain("Start");
  act(() =>
    createWrapper().findCheckbox('[data-testid="expiry-confirm"]')?.findNativeInput().click(),
  );
  await start(backend);
  const confirmed = backend.calls.find(({ method }) => method === "migrationExpiryConfirm");
  expect(confirmed?.args[1]).toEqual(["pgcli"]);
});

it("policies that cannot be evaluated are confirmed as well", async () => {
  expiring({ pgcli: { kind: "unreadable", reason: "rule 1 is unknown" } });
  expect(await textOf("expiry-warning")).toContain("rule 1 is unknown");
  expect((await byId("wizard-start")).getAttribute("aria-disabled")).toBe("true");
});
