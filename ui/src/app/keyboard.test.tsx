import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { box, byId, find, openWindow } from "../testing/window";

/** More than a hundred presses of Tab in the whole window: a limit for a machine that builds meanwhile. */
const walkTimeoutMs = 180_000;

describe("the keyboard alone", () => {
  it(
    "goes through the wizard",
    async () => {
      const backend = openWindow();
      const user = userEvent.setup();
      const reach = async (found: () => Element | null) => {
        for (let steps = 0; steps < 120; steps += 1) {
          const wanted = found();
          if (wanted !== null && document.activeElement === wanted) {
            return;
          }
          await user.tab();
        }
        throw new Error(`Tab does not reach it; at ${document.activeElement?.outerHTML}`);
      };
      const id = (name: string) => () => document.querySelector(`[data-testid="${name}"]`);
      const press = async (name: string) => {
        await reach(id(name));
        await user.keyboard("{Enter}");
      };

      await byId("connection-table");
      await find('label[aria-label="Use default"] input');
      await reach(() => document.querySelector('label[aria-label="Use default"] input'));
      // Arrows go from one radio button to the next; the last is practice.
      await user.keyboard("{ArrowUp}");
      if (screen.queryByTestId("identity-account") === null) {
        await user.keyboard(" ");
      }
      await byId("identity-account");
      await press("wizard-next");
      await byId("source-select");
      if (screen.queryByText("Practice account") === null) {
        await reach(() => document.querySelector('[data-testid="source-select"] button'));
        await user.keyboard("{Enter}{ArrowDown}{Enter}");
      }
      // The table is one stop for Tab, and arrows go from cell to cell in it. Both need a layout, which
      // jsdom has not, so the cells are focused here; the test of the real window presses the keys.
      const open = await find('button[aria-label="Show tags of dencold/pgcli"]');
      act(() => open.focus());
      await user.keyboard("{Enter}");
      const tag = await box("Select dencold/pgcli:latest");
      act(() => tag.focus());
      await user.keyboard(" ");
      await press("wizard-next");
      await byId("repositories-table");
      await press("wizard-next");
      await byId("plan-images");
      await press("wizard-start");
      await byId("job");
      await waitFor(() => expect(backend.followers()).toBe(1));
      act(() => backend.play());
      expect((await byId("result")).dataset.outcome).toBe("succeeded");
    },
    walkTimeoutMs,
  );
});
