import { render, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { emptyDraft } from "../features/migrate/wizard/draft";
import { HelpProvider, type HelpTopic, InfoLink } from "../shared/help";
import { LastPull } from "../shared/LastPull";
import { byId, click, expectAccessible, find, goTo, openWindow, textOf } from "../testing/window";
import { helpTopic } from "./helpTopic";
import { helpTexts } from "./helpTopics";

it("follows the screen, and opens its links in the browser", async () => {
  const backend = openWindow();
  await byId("connection-table");
  // The bar renders a hidden copy of its buttons to measure them.
  [...document.querySelectorAll<HTMLElement>('#top [aria-label="Help"]')]
    .find((button) => button.closest("[aria-hidden=true]") === null)
    ?.click();
  expect(await textOf("help-title")).toBe("Destination");
  await goTo("History");
  await waitFor(async () => expect(await textOf("help-title")).toBe("History"));
  await expectAccessible(await find("[data-testid=help-text]"));
  (await find('a[href^="https://docs.aws.amazon.com"]')).click();
  await waitFor(() =>
    expect(backend.calls).toContainEqual({
      method: "linkOpen",
      args: [expect.stringContaining("delete_image.html")],
    }),
  );
  await click("help-shortcuts");
  await byId("shortcuts-modal");
});

it("opens at the topic of an Info link", () => {
  const open = vi.fn();
  render(
    <HelpProvider value={open}>
      <InfoLink topic="friendly_name" />
    </HelpProvider>,
  );
  const link = screen.getByTestId("info-friendly_name");
  expect(link.ariaLabel).toBe("Info about friendly name");
  link.click();
  expect(open).toHaveBeenCalledWith("friendly_name");
});

it("opens from the mark of a pull that was a read by Transload", async () => {
  const open = vi.fn();
  const { container } = render(
    <HelpProvider value={open}>
      <LastPull name="v1" pulledAtMs={null} ownReadAtMs={Date.UTC(2026, 0, 5)} />
    </HelpProvider>,
  );
  screen.getByLabelText("Last pull of v1").click();
  await expectAccessible(container);
  (await screen.findByTestId("help-pull_times")).click();
  expect(open).toHaveBeenCalledWith("pull_times");
});

it.each([
  ["connection", "destination", "Destination"],
  ["images", "images", "Images"],
  ["repositories", "names", "Names"],
  ["review", "review", "Review"],
] as const)("opens at the step %s of the wizard", async (step, topic, title) => {
  openWindow({
    draft: {
      ...emptyDraft,
      step,
      connection: { kind: "practice" },
      source: { kind: "practice_account" },
      images: [{ repository: "dencold/pgcli", tag: "latest" }],
    },
  });
  await click(`info-${topic}`);
  await waitFor(async () => expect(await textOf("help-title")).toBe(title));
});

it.each([
  ["migrate", "review", null, "review"],
  ["migrate", "review", "job-1", "progress"],
  ["migrate", undefined, null, "destination"],
  ["settings", "images", null, "settings"],
] as const)("knows the topic of %s, %s, %s", (page, step, job, topic) => {
  expect(helpTopic(page, step, job)).toBe(topic);
});

it("has one paragraph and links to known sites for every topic", () => {
  for (const [topic, { title, text, links }] of Object.entries(helpTexts)) {
    expect(title, topic).not.toBe("");
    expect(text.length, topic).toBeGreaterThan(80);
    expect(text, topic).not.toContain("\n");
    expect(links.length, topic as HelpTopic).toBeGreaterThan(0);
    for (const { url } of links) {
      expect(url).toMatch(/^https:\/\/(docs\.aws\.amazon\.com|docs\.docker\.com)\//);
    }
  }
});
