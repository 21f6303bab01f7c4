import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeError } from "../ipc/fakeBackend";
import { byId, click, expectAccessible, goTo, openWindow, textOf, tick } from "../testing/window";

const signedOut = fakeError("sign_in_needed", "The AWS profile prod needs you to sign in.", "prod");

describe("signing in through IAM Identity Center", () => {
  it("starts at the error, waits for the browser, and continues automatically", async () => {
    const backend = openWindow();
    backend.failNext("awsIdentity", signedOut);
    await tick("Use prod");
    await click("error-action-sign_in");
    const modal = await byId("sign-in-modal");
    expect(modal.textContent).toContain("Sign in to prod");
    await byId("sign-in-waiting");
    expect(backend.calls.map((call) => call.method)).toContain("signInPageOpen");
    await expectAccessible(modal);
    act(() => backend.signIn.answer("signed_in"));
    expect(await textOf("identity-account")).toBe("123456789012");
    await waitFor(() => expect(screen.queryByTestId("sign-in-modal")).toBeNull());
  });

  it("shows a code for another device instead, and opens no browser for it", async () => {
    const backend = openWindow();
    backend.failNext("awsIdentity", signedOut);
    await tick("Use prod");
    await click("error-action-sign_in");
    await byId("sign-in-waiting");
    await click("sign-in-use-code");
    expect(await textOf("sign-in-code")).toContain("KXPQ-WLTM");
    await expectAccessible(await byId("sign-in-modal"));
    const opened = () => backend.calls.filter((call) => call.method === "signInPageOpen").length;
    expect(opened()).toBe(1);
    // The first one was given up for it.
    expect(backend.signIn.open).toBe(1);
    await click("sign-in-open");
    await waitFor(() => expect(opened()).toBe(2));
    await click("sign-in-cancel");
    await waitFor(() => expect(backend.signIn.open).toBe(0));
    await waitFor(() => expect(screen.queryByTestId("sign-in-modal")).toBeNull());
    // The failure is still there, with its button.
    await byId("error-action-sign_in");
  });

  it("says why it failed, and begins again", async () => {
    const backend = openWindow();
    backend.failNext("awsIdentity", signedOut);
    backend.failNext("signInPageOpen", fakeError("sign_in_failed", "No browser."));
    await tick("Use prod");
    await click("error-action-sign_in");
    await byId("sign-in-no-browser");
    act(() => backend.signIn.answer(fakeError("sign_in_denied", "Access was denied.")));
    const modal = within(await byId("sign-in-modal"));
    const alert = await modal.findByTestId("error-alert");
    expect(alert.dataset.errorCode).toBe("sign_in_denied");
    fireEvent.click(within(alert).getByTestId("error-action-retry"));
    await byId("sign-in-waiting");
    await waitFor(() => expect(modal.queryByTestId("error-alert")).toBeNull());
  });

  it("is in the settings, with signing out", async () => {
    const backend = openWindow();
    await goTo("Settings");
    const table = await byId("sign-ins");
    await within(table).findByText("Not signed in");
    fireEvent.click(within(table).getByLabelText("Sign in to corp"));
    await byId("sign-in-waiting");
    act(() => backend.signIn.answer("signed_in"));
    await within(table).findByText(/Signed in, expires/);
    await expectAccessible(table);
    fireEvent.click(within(table).getByLabelText("Sign out of corp"));
    await within(table).findByText("Not signed in");
  });

  it("gives a profile of one of its accounts, shown before it is written", async () => {
    const backend = openWindow();
    await goTo("Settings");
    const table = await byId("sign-ins");
    fireEvent.click(await within(table).findByLabelText("Add profile from corp"));
    const modal = await byId("add-profile-modal");
    const select = (id: string) => {
      const found = createWrapper(modal).findSelect(`[data-testid="${id}"]`);
      if (found === null) {
        throw new Error(`there is no ${id}`);
      }
      return found;
    };
    const choose = async (id: string, value: string) => {
      act(() => select(id).openDropdown());
      const options = { expandToViewport: true };
      await waitFor(() =>
        expect(select(id).findDropdown(options).findOptionByValue(value)).not.toBeNull(),
      );
      act(() => select(id).selectOptionByValue(value, options));
    };
    await choose("add-profile-account", "444455556666");
    await choose("add-profile-role", "ImagePusher");
    expect(await textOf("add-profile-preview")).toContain(
      "[profile Team-Prod-ImagePusher]\nsso_session = corp\nsso_account_id = 444455556666",
    );
    await expectAccessible(modal);
    expect(backend.signIn.added).toEqual([]);
    await click("add-profile-confirm");
    await screen.findByText("Profile Team-Prod-ImagePusher added to the AWS configuration");
    expect(backend.signIn.added).toEqual(["Team-Prod-ImagePusher"]);
  });
});
