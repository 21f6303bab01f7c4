import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Draft, emptyDraft } from "../features/migrate/wizard/draft";
import { fakeError } from "../ipc/fakeBackend";
import type { ImageSource, PastedSource } from "../ipc/generated";
import { byId, click, openWindow, textOf } from "../testing/window";

const practice: ImageSource = { kind: "practice_account" };
const registry: ImageSource = { kind: "registry", host: "ghcr.io", plain_http: false };

/** The window at the Images step. `read` answers what a text names, or fails. */
function openAt(source: ImageSource, read: (text: string) => PastedSource | null) {
  const draft: Draft = { ...emptyDraft, step: "images", connection: { kind: "practice" }, source };
  return openWindow({ draft, answers: { sourcePasteRead: async (text) => read(text) } });
}

function named(source: ImageSource, repository: string | null, tag: string | null): PastedSource {
  return { source, repository, tag, digest: null };
}

/** The input in an element with this test ID. */
function input(id: string): HTMLInputElement {
  const found = screen.getByTestId(id).querySelector("input");
  if (found === null) {
    throw new Error(`${id} has no input`);
  }
  return found;
}

function enter(id: string, text: string) {
  act(() => createWrapper().findInput(`[data-testid="${id}"]`)?.setInputValue(text));
  fireEvent.blur(input(id));
}

/** Pastes into the filter, as a browser does: unless the event is taken, the text is inserted. */
async function pasteInFilter(text: string) {
  const filter = (await byId("repository-search")).querySelector("input") as HTMLInputElement;
  if (fireEvent.paste(filter, { clipboardData: { getData: () => text } })) {
    act(() =>
      createWrapper()
        .findTextFilter('[data-testid="repository-search"]')
        ?.findInput()
        .setInputValue(text),
    );
  }
}

describe("a pasted reference", () => {
  it("selects the tag, opens its repository and filters by it", async () => {
    const command = "docker pull dencold/pgcli:4.1.0";
    const backend = openAt(practice, () => named(practice, "dencold/pgcli", "4.1.0"));
    await byId("repository-dencold/storefront");
    await pasteInFilter(command);
    await waitFor(async () =>
      expect(await textOf("selection-summary")).toContain("1 tag selected"),
    );
    expect(input("repository-search").value).toBe("dencold/pgcli");
    const tag = await screen.findByRole("checkbox", { name: "Select dencold/pgcli:4.1.0" });
    expect(tag).toHaveProperty("checked", true);
    expect(screen.queryByTestId("repository-dencold/storefront")).toBeNull();
    const call = backend.calls.find(({ method }) => method === "sourcePasteRead");
    expect(call?.args).toEqual([command, "filter", practice]);
  });

  it("chooses another source, whose repositories need no list", async () => {
    openAt(practice, () => named(registry, "team/app", "1.0"));
    await byId("repository-dencold/pgcli");
    await pasteInFilter("skopeo copy docker://ghcr.io/team/app:1.0 dir:/tmp");
    await byId("repository-team/app");
    expect(input("registry-host").value).toBe("ghcr.io");
    expect(await textOf("selection-summary")).toContain("1 tag selected");
  });

  it("isn’t looked for in the text of a filter", async () => {
    const backend = openAt(practice, () => null);
    await byId("repository-dencold/pgcli");
    await pasteInFilter("pgcli:4.*");
    expect(input("repository-search").value).toBe("pgcli:4.*");
    expect(backend.calls.some(({ method }) => method === "sourcePasteRead")).toBe(false);
    // Text that only looks like a reference stays a filter.
    input("repository-search").setSelectionRange(0, 9);
    await pasteInFilter("dencold/pgcli");
    expect(input("repository-search").value).toBe("dencold/pgcli");
    expect(await textOf("source-hint")).toContain("Separate multiple names");
  });

  it("that names no image says so, keeps the text, and is forgotten with the next change", async () => {
    const message = "The docker command names no image.";
    openAt(practice, () => {
      throw fakeError("input_invalid", message);
    });
    await byId("repository-dencold/pgcli");
    await pasteInFilter("docker ps -a");
    await waitFor(async () => expect(await textOf("source-hint")).toContain(message));
    expect(input("repository-search").value).toBe("docker ps -a");
    act(() =>
      createWrapper()
        .findTextFilter('[data-testid="repository-search"]')
        ?.findInput()
        .setInputValue("pg"),
    );
    expect(await textOf("source-hint")).not.toContain(message);
    expect(input("repository-search").value).toBe("pg");
  });

  it.each([
    ["an address of a registry", "https://ghcr.io/v2/", named(registry, null, null), "ghcr.io"],
    ["an image", "ghcr.io/team/app:1.0", named(registry, "team/app", "1.0"), "ghcr.io"],
  ])("in the registry field is %s", async (_, text, answer, host) => {
    openAt({ kind: "registry", host: "", plain_http: false }, () => answer);
    await byId("registry-host");
    enter("registry-host", text);
    await waitFor(() => expect(input("registry-host").value).toBe(host));
    if (answer.tag !== null) {
      expect(await textOf("selection-summary")).toContain("1 tag selected");
    }
  });

  it("in the registry field names the registry that is already shown", async () => {
    openAt(registry, () => named(registry, null, null));
    await byId("registry-host");
    enter("registry-host", "https://ghcr.io/v2/");
    await waitFor(() => expect(input("registry-host").value).toBe("ghcr.io"));
  });

  it("that isn’t understood stays in the registry field with the reason", async () => {
    const message = "The address at github.com names no registry or repository.";
    openAt(registry, () => {
      throw fakeError("input_invalid", message);
    });
    await byId("registry-host");
    enter("registry-host", "https://github.com/acme");
    await waitFor(async () => expect(await textOf("source-hint")).toContain(message));
    expect(input("registry-host").value).toBe("https://github.com/acme");
  });

  it("in the namespace field is read only if it isn’t a name", async () => {
    const hub: ImageSource = { kind: "docker_hub", namespace: "acme" };
    const both: ImageSource = { kind: "docker_hub", namespace: "acme, dencold" };
    const backend = openAt(hub, () => named(both, "dencold/pgcli", "latest"));
    await byId("hub-namespace");
    enter("hub-namespace", "acme, library");
    await byId("repository-dencold/pgcli");
    expect(backend.calls.some(({ method }) => method === "sourcePasteRead")).toBe(false);
    enter("hub-namespace", "https://hub.docker.com/r/dencold/pgcli/tags");
    await waitFor(async () =>
      expect(await textOf("selection-summary")).toContain("1 tag selected"),
    );
    expect(input("hub-namespace").value).toBe("acme, dencold");
  });

  it("in the field of a repository has its tag selected", async () => {
    openAt(registry, () => named(registry, "team/app", "1.0"));
    await byId("repository-add");
    enter("repository-name-add", "team/app:1.0");
    await click("repository-add");
    await byId("repository-team/app");
    await waitFor(async () =>
      expect(await textOf("selection-summary")).toContain("1 tag selected"),
    );
    expect(input("repository-name-add").value).toBe("");
    enter("repository-name-add", "team/other");
    await click("repository-add");
    await waitFor(() => expect(input("repository-name-add").value).toBe(""));
  });
});
