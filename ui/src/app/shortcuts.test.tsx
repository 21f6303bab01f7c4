import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type ShortcutActions, shortcuts, useShortcuts } from "./shortcuts";

const actions = { onPage: vi.fn(), onHelp: vi.fn() };
const clicked = vi.fn();

function Page({ dialog = false, ...shown }: ShortcutActions & { dialog?: boolean }) {
  useShortcuts(shown);
  return (
    <>
      <div data-page-content>
        <div hidden>
          <input type="search" aria-label="hidden filter" />
        </div>
        <input type="search" aria-label="filter" />
        <button type="button" className="x_variant-primary_y" onClick={() => clicked("other")} />
        <button type="button" className="x_variant-primary_y" onClick={() => clicked("next")} />
        <button type="button" className="x_variant-primary_y" aria-disabled="true" />
      </div>
      {dialog && (
        <div role="dialog">
          <button type="button" className="x_variant-primary_y" onClick={() => clicked("dialog")} />
        </div>
      )}
    </>
  );
}

const press = (key: string, more: object = {}, target: Element = document.body) =>
  fireEvent.keyDown(target, { key, ...more });

describe("shortcuts", () => {
  beforeEach(() => {
    vi.clearAllMocks();
  });

  it("focuses the visible filter, opens pages, and chooses the primary button", () => {
    render(<Page {...actions} />);
    press("/");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("filter");
    for (const key of ["1", "2", "3", "4", "5", "6", "7"]) {
      press(key, { ctrlKey: true });
    }
    expect(actions.onPage.mock.calls.flat()).toEqual([
      "migrate",
      "repositories",
      "history",
      "profiles",
      "friendlyName",
      "settings",
    ]);
    press("Enter", { ctrlKey: true });
    expect(clicked.mock.calls).toEqual([["next"]]);
    press("?");
    expect(actions.onHelp).toHaveBeenCalledTimes(1);
  });

  it("chooses the primary button even if the focused control uses Enter", () => {
    const { container } = render(<Page {...actions} />);
    const select = document.createElement("button");
    const opened = vi.fn((event: Event) => event.preventDefault());
    select.addEventListener("keydown", opened);
    container.append(select);
    press("Enter", { ctrlKey: true }, select);
    expect(clicked.mock.calls).toEqual([["next"]]);
    expect(opened).not.toHaveBeenCalled();
    press("Enter", {}, select);
    expect(opened).toHaveBeenCalledTimes(1);
  });

  it("leaves typed characters to the field", () => {
    render(<Page {...actions} />);
    const field = screen.getByLabelText("filter");
    press("?", {}, field);
    press("/", {}, field);
    press("1", {}, field);
    expect(actions.onHelp).not.toHaveBeenCalled();
    expect(actions.onPage).not.toHaveBeenCalled();
  });

  it("stays in an open dialog", async () => {
    render(<Page {...actions} dialog />);
    press("2", { ctrlKey: true });
    press("?");
    press("Enter", { ctrlKey: true });
    expect(actions.onPage).not.toHaveBeenCalled();
    expect(actions.onHelp).not.toHaveBeenCalled();
    await waitFor(() => expect(clicked.mock.calls).toEqual([["dialog"]]));
  });

  it("lists every shortcut once", () => {
    const keys = shortcuts.map((one) => one.keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain("Ctrl+6");
  });
});
