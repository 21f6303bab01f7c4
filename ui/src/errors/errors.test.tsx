import { fireEvent, render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { ApiError, ErrorCode } from "../ipc/generated";
import { accessibilityViolations } from "../testing/accessibility";
import {
  asApiError,
  type ErrorActionId,
  ErrorAlert,
  errorActionLabel,
  errorTable,
  RemediesContext,
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

const codes = Object.keys(errorTable) as ErrorCode[];

describe("the error table", () => {
  it.each(codes)("has a title, a reason and a next step for %s", (code) => {
    const entry = errorTable[code];
    for (const subject of [null, "the-subject"]) {
      const error = failure({ code, subject });
      const texts = [entry.title, entry.text(error), ...entry.next(error)];
      texts.push(...entry.actions.map((action) => errorActionLabel(action, error)));
      expect(entry.next(error).length).toBeGreaterThan(0);
      for (const text of texts) {
        expect(text.trim()).not.toBe("");
        expect(text).not.toMatch(/undefined|null|NaN|\[object/);
        expect(text).not.toMatch(/!|please|oops/i);
      }
    }
    expect(entry.text(failure({ code, message: "What was said." }))).toBe("What was said.");
  });

  it("does not offer an action twice", () => {
    for (const { actions } of Object.values(errorTable)) {
      expect(new Set(actions).size).toBe(actions.length);
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
    expect(alert.textContent).toContain("The tag points to another image and may not be moved");
    expect(alert.textContent).toContain("“latest” in pgcli points to sha256:bbbb.");
    expect(alert.textContent).toContain("Or push this image under another tag.");
    const offered = [...alert.querySelectorAll("[data-testid^=error-action-]")];
    expect(offered.map((button) => button.getAttribute("data-testid"))).toEqual([
      "error-action-keep_existing",
    ]);
    fireEvent.click(screen.getByTestId("error-action-keep_existing"));
    expect(keep).toHaveBeenCalledWith(error);
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

  it("prefers the program's own hints, and has steps for a code that it does not know", () => {
    const hinted = render(
      <ErrorAlert error={failure({ code: "throttled", hints: ["Wait 30 s."] })} />,
    );
    expect(hinted.container.textContent).toContain("Wait 30 s.");
    expect(hinted.container.textContent).not.toContain("Wait a minute");
    hinted.unmount();
    const unknown = failure({ code: "of_a_later_version" as ErrorCode });
    const retry: Partial<Record<ErrorActionId, () => void>> = { retry: vi.fn() };
    render(<ErrorAlert error={unknown} actions={retry} />);
    expect(screen.getByTestId("error-alert").textContent).toContain("restart Transload");
    expect(screen.getByTestId("error-action-retry")).toBeTruthy();
  });

  it("offers what the window itself can do, which may ask again for what failed", () => {
    const openSettings = vi.fn((_error: ApiError, again?: () => void) => again?.());
    const retry = vi.fn();
    const down = failure({ code: "engine_not_running" });
    render(
      <RemediesContext value={{ open_settings: openSettings }}>
        <ErrorAlert error={down} actions={{ retry }} />
      </RemediesContext>,
    );
    fireEvent.click(screen.getByTestId("error-action-open_settings"));
    expect(openSettings).toHaveBeenCalledWith(down, expect.any(Function));
    expect(retry).toHaveBeenCalledWith(down);
  });
});
