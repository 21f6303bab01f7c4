import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import {
  byId,
  chooseTag,
  click,
  expectAccessible,
  goTo,
  openWindow,
  sending,
  showDetails,
  start,
  textOf,
} from "../testing/window";

const pgcli = ["dencold/pgcli", "latest"] as const;

describe("the window", () => {
  it("goes from the first start through practice to equal digests, accessible at each step", async () => {
    const backend = openWindow({ settings: { welcomed: false } });
    await byId("card-migrate");
    await expectAccessible();
    await click("card-practice");
    await byId("practice-badge");
    await byId("identity-account");
    await expectAccessible();
    await click("wizard-next");
    await chooseTag(...pgcli);
    await chooseTag("dencold/pgcli", "4.1.0");
    expect(await textOf("selection-summary")).toBe("2 tags selected, 5 MB");
    await expectAccessible();
    await click("wizard-next");
    await waitFor(async () =>
      expect(await textOf("repository-state-dencold/pgcli")).toBe("Will be created"),
    );
    await expectAccessible();
    await click("wizard-next");
    await waitFor(async () => expect(await textOf("login-registry")).toContain("Logged in"));
    expect(await textOf("nothing-written")).toMatch(/No changes have been made/);
    expect(backend.calls.some((call) => call.method === "migrationStart")).toBe(false);
    await expectAccessible();
    await start(backend, sending);
    await waitFor(async () => expect(await textOf("nav-percent")).not.toBe("0%"));
    await waitFor(async () => expect((await byId("job-state-0")).dataset.state).toBe("pushing"));
    await expectAccessible();
    act(() => backend.play());
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
    for (const image of [0, 1]) {
      await showDetails(image);
      const digests = await Promise.all(
        ["source", "pushed", "registry", "ecr"].map(
          async (kind) => (await byId(`digest-${kind}-${image}`)).dataset.digest,
        ),
      );
      expect(digests[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(new Set(digests).size).toBe(1);
      expect((await byId(`proof-${image}`)).dataset.proof).toBe("equal");
    }
    await expectAccessible();
    await goTo("Repositories");
    await screen.findByText("pgcli");
  });
});
