import { fireEvent, render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { ApiError, ErrorAction, ErrorCode } from "../ipc/generated";
import { errorWords } from "../ipc/generated/errorWords";
import { accessibilityViolations } from "../testing/accessibility";
import {
  asApiError,
  type ErrorActions,
  ErrorActionsProvider,
  ErrorAlert,
  errorActionLabel,
  nextSteps,
  wordsOf,
} from ".";

function failure(part: Partial<ApiError>): ApiError {
  return {
    code: "internal",
    message: "",
    hints: [],
    causes: [],
    retryable: false,
    subject: null,
    ...part,
  };
}

describe("the words of an error", () => {
  it("are a title, the hints of the error, and the steps of its code", () => {
    const error = failure({ code: "disk_full", hints: ["Empty /tmp."] });
    expect(wordsOf(error).title).toBe(errorWords.disk_full.title);
    expect(nextSteps(error)).toEqual(["Empty /tmp.", ...errorWords.disk_full.next]);
  });

  it("have a label for every action", () => {
    for (const [code, { actions }] of Object.entries(errorWords)) {
      for (const action of actions) {
        expect(errorActionLabel(action, failure({})), code).toMatch(/^[A-Z]/);
      }
    }
  });

  it("offers the name that the failure suggests", () => {
    const error = failure({ code: "repository_name_invalid", subject: "my-app" });
    expect(errorActionLabel("edit_name", error)).toBe("Use “my-app”");
  });
});

describe("what is caught", () => {
  it("is kept when it is a failure of the program, and reads as internal otherwise", () => {
    const error = failure({ code: "throttled" });
    expect(asApiError(error)).toBe(error);
    expect(asApiError(new TypeError("x is not a function"))).toMatchObject({
      code: "internal",
      causes: ["TypeError: x is not a function"],
    });
    expect(asApiError("text").causes).toEqual(["text"]);
    expect(asApiError(undefined).code).toBe("internal");
  });
});

describe("the error alert", () => {
  const error = failure({
    code: "tag_immutable",
    message: "“latest” in pgcli points to sha256:bbbb.",
    causes: ["TAG_INVALID", "HTTP status 400"],
    subject: "latest",
  });

  it("says what happened, why and what to do, with the actions that its place can do", async () => {
    const keep = vi.fn();
    const { container } = render(
      <ErrorAlert error={error} actions={{ keep_existing: keep, open_settings: vi.fn() }} />,
    );
    const alert = screen.getByTestId("error-alert");
    expect(alert.getAttribute("data-error-code")).toBe("tag_immutable");
    expect(alert.textContent).toContain(errorWords.tag_immutable.title);
    expect(alert.textContent).toContain("“latest” in pgcli points to sha256:bbbb.");
    expect(alert.textContent).toContain(errorWords.tag_immutable.next[0]);
    const offered = [...alert.querySelectorAll("[data-testid^=error-action-]")];
    expect(offered.map((button) => button.getAttribute("data-testid"))).toEqual([
      "error-action-keep_existing",
    ]);
    fireEvent.click(screen.getByTestId("error-action-keep_existing"));
    expect(keep).toHaveBeenCalledWith(error, undefined);
    expect(await accessibilityViolations(container)).toEqual([]);
  });

  it("shows the code and the causes behind a fold", () => {
    render(<ErrorAlert error={error} />);
    const details = within(screen.getByTestId("error-details"));
    fireEvent.click(details.getByRole("button", { name: "Show details" }));
    expect(screen.getByTestId("error-details").textContent).toContain(
      "Code: tag_immutable\n“latest” in pgcli points to sha256:bbbb.\nCaused by: TAG_INVALID\nCaused by: HTTP status 400",
    );
    expect(details.getByRole("button", { name: "Copy details" })).toBeTruthy();
  });

  it("shows a code of a newer version as an internal error", () => {
    const unknown = failure({ code: "of_a_later_version" as ErrorCode });
    const retry: Partial<Record<ErrorAction, () => void>> = { retry: vi.fn() };
    render(<ErrorAlert error={unknown} actions={retry} />);
    expect(screen.getByTestId("error-alert").textContent).toContain("restart Transload");
    expect(screen.getByTestId("error-action-retry")).toBeTruthy();
  });

  it("offers what the window itself can do, which may ask again for what failed", () => {
    const openSettings = vi.fn((_error: ApiError, again?: () => void) => again?.());
    const retry = vi.fn();
    const down = failure({ code: "engine_not_running" });
    render(
      <ErrorActionsProvider actions={{ open_settings: openSettings }}>
        <ErrorAlert error={down} actions={{ retry }} />
      </ErrorActionsProvider>,
    );
    fireEvent.click(screen.getByTestId("error-action-open_settings"));
    expect(openSettings).toHaveBeenCalledWith(down, expect.any(Function));
    expect(retry).toHaveBeenCalledWith(down, undefined);
  });

  it("offers what the places around it add, unless it removes one", () => {
    const [outer, inner, own] = [vi.fn(), vi.fn(), vi.fn()];
    const denied = failure({ code: "access_denied" });
    expect(errorWords.access_denied.actions).toEqual(["choose_profile", "retry"]);
    const offered = (actions: ErrorActions) => {
      const { unmount } = render(
        <ErrorActionsProvider actions={{ choose_profile: outer, retry: outer }}>
          <ErrorActionsProvider actions={{ retry: inner }}>
            <ErrorAlert error={denied} actions={actions} />
          </ErrorActionsProvider>
        </ErrorActionsProvider>,
      );
      const buttons = screen.queryAllByTestId(/^error-action-/);
      for (const button of buttons) {
        fireEvent.click(button);
      }
      unmount();
      return buttons.length;
    };
    expect(offered({})).toBe(2);
    expect([outer, inner, own].map((act) => act.mock.calls.length)).toEqual([1, 1, 0]);
    expect(offered({ retry: own })).toBe(2);
    expect([outer, inner, own].map((act) => act.mock.calls.length)).toEqual([2, 1, 1]);
    expect(offered({ choose_profile: undefined })).toBe(1);
    expect([outer, inner, own].map((act) => act.mock.calls.length)).toEqual([2, 2, 1]);
  });
});
