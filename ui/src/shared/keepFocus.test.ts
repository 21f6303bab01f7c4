import { afterEach, expect, it } from "vitest";
import { keepFocus } from "./keepFocus";

afterEach(() => document.body.replaceChildren());

const render = (html: string) => {
  document.body.innerHTML = html;
};

it.each([
  ["a button", '<button data-testid="open">Open</button>', "button"],
  ["a field in its element", '<div data-testid="find"><input type="search"></div>', "input"],
])("gives %s the focus again when it is a new element", (_, html, selector) => {
  render(html);
  const before = document.querySelector<HTMLElement>(selector);
  before?.focus();
  keepFocus(() => render(html));
  const after = document.querySelector(selector);
  expect(after).not.toBe(before);
  expect(document.activeElement).toBe(after);
});

it("moves no focus if the element stays, or if it is gone", () => {
  render('<button data-testid="open">Open</button><button data-testid="other">Other</button>');
  const [open, other] = document.querySelectorAll("button");
  open?.focus();
  keepFocus(() => other?.remove());
  expect(document.activeElement).toBe(open);
  keepFocus(() => open?.remove());
  expect(document.activeElement).toBe(document.body);
});
