import { fireEvent, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeError } from "../ipc/fakeBackend";
import { byId, click, expectAccessible, find, openWindow, textOf, tick } from "../testing/window";

const needed = () =>
  fakeError("mfa_needed", "The AWS profile prod needs a code from arn:aws:iam::1:mfa/me.", "prod");

async function type(code: string): Promise<HTMLInputElement> {
  const input = (await find('[data-testid="mfa-code"] input')) as HTMLInputElement;
  fireEvent.change(input, { target: { value: code } });
  return input;
}

it("submits a code, shows a rejection, and continues with the correct code", async () => {
  const backend = openWindow();
  backend.failNext("awsIdentity", needed());
  await tick("Use prod");
  await click("error-action-enter_mfa_code");
  expect(await textOf("mfa-modal")).toContain("arn:aws:iam::1:mfa/me");

  const input = await type(" 000 000x");
  expect(input.value).toBe("000000");
  expect(input.autocomplete).toBe("one-time-code");
  await click("mfa-submit");
  await find('[data-testid="mfa-modal"] [data-error-code="mfa_code_refused"]');
  // What was typed is gone, and the field is ready for the next code.
  expect(input.value).toBe("");
  expect(document.activeElement).toBe(input);
  await expectAccessible(await byId("mfa-modal"));

  await type("123456");
  // With the keyboard alone.
  const form = input.closest("form");
  expect(form).not.toBeNull();
  fireEvent.submit(form as HTMLFormElement);
  await byId("identity-account");
  expect(document.querySelector('[data-testid="mfa-modal"]')).toBeNull();
  const codes = backend.calls.filter(({ method }) => method === "awsMfaSubmit");
  expect(codes.map(({ args }) => args[1])).toEqual(["000000", "123456"]);
});

it("asks for no code that is not whole, and can be left", async () => {
  const backend = openWindow();
  backend.failNext("awsIdentity", needed());
  await tick("Use prod");
  await click("error-action-enter_mfa_code");
  const input = await type("12345");
  fireEvent.submit(input.closest("form") as HTMLFormElement);
  await click("mfa-cancel");
  await waitFor(() => expect(document.querySelector('[data-testid="mfa-modal"]')).toBeNull());
  expect(backend.calls.some(({ method }) => method === "awsMfaSubmit")).toBe(false);
  await byId("error-action-enter_mfa_code");
});
