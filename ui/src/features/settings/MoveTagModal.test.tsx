import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { BackendProvider } from "../../ipc";
import { createFakeBackend, fakeError } from "../../ipc/fakeBackend";
import { accessibilityViolations } from "../../testing/accessibility";
import { MoveTagModal } from "./MoveTagModal";

function show() {
  const backend = createFakeBackend();
  const onMoved = vi.fn();
  render(
    <BackendProvider backend={backend}>
      <MoveTagModal onMoved={onMoved} onClose={() => {}} />
    </BackendProvider>,
  );
  return { backend, onMoved };
}

const select = (id: string) => createWrapper().findSelect(`[data-testid="${id}"]`);

/** Chooses in a select, once it has the value; gives all values that it has. */
async function choose(id: string, value: string): Promise<(string | undefined)[]> {
  const values = () =>
    select(id)
      ?.findDropdown({ expandToViewport: true })
      .findOptions()
      .map((one) => one.findLabel().getElement().textContent ?? undefined) ?? [];
  await waitFor(() => expect(select(id)?.isDisabled()).toBe(false));
  act(() => select(id)?.openDropdown());
  await waitFor(() => expect(values()).toContain(value));
  const all = values();
  act(() => select(id)?.selectOptionByValue(value, { expandToViewport: true }));
  return all;
}

it("moves a tag to the image of another one that has another digest", async () => {
  const { backend, onMoved } = show();
  const confirm = screen.getByTestId("practice-move-confirm");
  expect(confirm.getAttribute("aria-disabled")).toBe("true");
  await choose("practice-move-repository", "dencold/pgcli");
  await choose("practice-move-tag", "latest");
  expect(await choose("practice-move-to", "4.1.0")).toEqual(["dev", "4.1.0", "4.0.1"]);
  expect(await accessibilityViolations(screen.getByTestId("practice-move-modal"))).toEqual([]);
  fireEvent.click(confirm);
  await waitFor(() => expect(onMoved).toHaveBeenCalledTimes(1));
  expect(backend.calls).toContainEqual({
    method: "practiceTagMove",
    args: ["dencold/pgcli", "latest", "4.1.0"],
  });
});

it("says why a tag was not moved, and tries again", async () => {
  const { backend, onMoved } = show();
  await choose("practice-move-repository", "dencold/storefront");
  await choose("practice-move-tag", "1.9.1");
  await choose("practice-move-to", "1.9.0");
  backend.failNext("practiceTagMove", fakeError("practice_failed", "It was not written down."));
  fireEvent.click(screen.getByTestId("practice-move-confirm"));
  const alert = await screen.findByTestId("error-alert");
  expect(alert.textContent).toContain("It was not written down.");
  expect(onMoved).not.toHaveBeenCalled();
  fireEvent.click(screen.getByTestId("error-action-retry"));
  await waitFor(() => expect(onMoved).toHaveBeenCalledTimes(1));
});
