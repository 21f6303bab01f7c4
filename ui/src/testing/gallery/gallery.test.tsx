import { fireEvent, render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { errorEntry } from "../../errors";
import { accessibilityViolations } from "../accessibility";
import { examples } from "./examples";
import { Gallery } from "./Gallery";

/**
 * Failures that no button can help: they show beside the field or the list where a person chooses
 * differently, and the sentence says what.
 */
const helpedBesideIt = new Set([
  "input_invalid",
  "client_login_too_long",
  "endpoints_not_allowed",
  "plan_file_invalid",
  "referrer_kept",
  "stored_login_unreadable",
  "login_untested",
]);

/** Axe looks at some seventy alerts: a limit for a machine that builds something meanwhile. */
const galleryTimeoutMs = 180_000;

describe("every failure", () => {
  it(
    "is drawn with its reason, a next step, its details, and a way on",
    async () => {
      const act = vi.fn();
      const { container } = render(<Gallery onAction={act} />);
      for (const error of examples) {
        const entry = errorEntry(error);
        const shown = within(screen.getByTestId(`gallery-${error.code}`));
        expect(shown.getByText(entry.title)).toBeTruthy();
        expect(shown.getByText(entry.text(error))).toBeTruthy();
        expect(shown.getByText("Show details")).toBeTruthy();
        const buttons = shown.queryAllByTestId(/^error-action-/);
        expect(buttons.length > 0 || helpedBesideIt.has(error.code), error.code).toBe(true);
        for (const button of buttons) {
          act.mockClear();
          fireEvent.click(button);
          expect(act).toHaveBeenCalledTimes(1);
        }
      }
      expect(await accessibilityViolations(container)).toEqual([]);
    },
    galleryTimeoutMs,
  );
});
