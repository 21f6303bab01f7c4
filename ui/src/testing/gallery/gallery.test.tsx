import { fireEvent, render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { wordsOf } from "../../errors";
import { accessibilityViolations } from "../accessibility";
import { examples } from "./examples";
import { Gallery } from "./Gallery";

/**
 * Errors without a button. They are shown next to the field or list where the user corrects the value.
 */
const withoutAction = new Set([
  "input_invalid",
  "client_file_changed",
  "client_file_not_installed",
  "client_folder_missing",
  "client_login_too_long",
  "layer_unreadable",
  "endpoints_not_allowed",
  "plan_file_invalid",
  "platform_missing",
  "referrer_kept",
  "scan_refused",
  // The dialog checks the tag again.
  "tag_moved",
  "tag_refused",
  "stored_login_unreadable",
  "login_untested",
  // The button that asks ECR is beside this error.
  "lifecycle_preview_needed",
  // The policy as it is now is beside it.
  "repository_policy_changed",
  "registry_setting_changed",
  // A new dry run follows the result.
  "image_changed",
  "review_unknown",
  // The history is beside it, and shows what exists.
  "deletion_unknown",
  // Only the command line reports it.
  "confirmation_needed",
]);

/** Axe checks more than 80 alerts, possibly on a busy machine. */
const galleryTimeoutMs = 180_000;

describe("every error", () => {
  it(
    "is shown with its title, message, details, and an action",
    async () => {
      const act = vi.fn();
      const { container } = render(<Gallery onAction={act} />);
      for (const error of examples) {
        const words = wordsOf(error);
        const shown = within(screen.getByTestId(`gallery-${error.code}`));
        expect(shown.getByText(words.title)).toBeTruthy();
        expect(shown.getByText(error.message)).toBeTruthy();
        expect(shown.getByText("Show details")).toBeTruthy();
        const buttons = shown.queryAllByTestId(/^error-action-/);
        expect(buttons.length > 0 || withoutAction.has(error.code), error.code).toBe(true);
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
