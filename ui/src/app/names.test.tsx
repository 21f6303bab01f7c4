import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { emptyDraft } from "../features/migrate/wizard/draft";
import { type FakeBackend, fakeError } from "../ipc/fakeBackend";
import type { ProposedNames, RenameRule } from "../ipc/generated";
import {
  byId,
  click,
  draftAtReview,
  expectAccessible,
  openWindow,
  textOf,
} from "../testing/window";

const type = (id: string, text: string) =>
  act(() => createWrapper().findInput(`[data-testid="${id}"]`)?.setInputValue(text));
const nameOf = (source: string) =>
  createWrapper()
    .findInput(`[data-testid="repository-name-${source}"]`)
    ?.findNativeInput()
    .getElement().value;

/** The proposal of a name for each repository, by all rules. */
const proposed = (names: Record<string, string>, rules: RenameRule[]): ProposedNames => ({
  names: Object.entries(names).map(([source_repository, name]) => ({
    source_repository,
    name,
    rules: rules.map((_, place) => place),
  })),
  problems: rules.map(() => null),
});

/** The third step with repositories of the practice account, and the names that rules propose. */
function atRepositories(
  repositories: string[],
  propose: (rules: RenameRule[]) => ProposedNames,
): FakeBackend {
  return openWindow({
    draft: {
      ...emptyDraft,
      step: "repositories",
      connection: { kind: "practice" },
      source: { kind: "practice_account" },
      images: repositories.map((repository) => ({ repository, tag: "latest" })),
    },
    answers: { repositoryNamesPropose: async (_sources, rules) => propose(rules) },
  });
}

async function addRule(preset: string) {
  if (screen.queryByTestId("rename-add") === null) {
    await click("rename-panel-open");
  }
  await byId("rename-add");
  const menu = createWrapper().findButtonDropdown('[data-testid="rename-add"]');
  act(() => menu?.openDropdown());
  act(() => menu?.findItemById(preset)?.click());
}

describe("the names of repositories in ECR", () => {
  it("follow rules as they are typed, are said where two meet, and go into the request", async () => {
    const backend = atRepositories(["one/app", "two/app"], (rules) =>
      proposed(
        rules.length === 0
          ? { "one/app": "one/app", "two/app": "two/app" }
          : rules[0]?.replacement === "$2-of-$1"
            ? { "one/app": "app-of-one", "two/app": "app-of-two" }
            : { "one/app": "app", "two/app": "app" },
        rules,
      ),
    );
    await waitFor(() => expect(nameOf("one/app")).toBe("one/app"));
    await addRule("strip");
    await waitFor(() => expect(nameOf("one/app")).toBe("app"));
    await screen.findByText("“two/app” has the same name. Enter a unique name.");
    await screen.findByText("“one/app” has the same name. Enter a unique name.");
    await screen.findByText("Matches 2 repositories.");
    await click("wizard-next");
    await screen.findByText("Fix 2 invalid names.");
    type("rename-replacement-0", "$2-of-$1");
    type("repository-prefix", "hub/");
    await waitFor(() => expect(nameOf("two/app")).toBe("app-of-two"));
    await expectAccessible(await byId("rename-rules"));
    await click("wizard-next");
    await byId("plan-images");
    const planned = backend.calls.find(({ method }) => method === "migrationPlan");
    expect(planned?.args[0]).toMatchObject({
      naming: { prefix: "hub/", rules: [{ kind: "glob", pattern: "*/*" }] },
      repositories: [
        { source_repository: "one/app", repository_name: "hub/app-of-one" },
        { source_repository: "two/app", repository_name: "hub/app-of-two" },
      ],
    });
  });

  it("keep a name that the user entered until it is reset", async () => {
    atRepositories(["one/app"], (rules) =>
      proposed({ "one/app": rules.length === 0 ? "app" : "one-app" }, rules),
    );
    await waitFor(() => expect(nameOf("one/app")).toBe("app"));
    type("repository-name-one/app", "mine");
    await addRule("flatten");
    expect(nameOf("one/app")).toBe("mine");
    await waitFor(async () =>
      expect(await textOf("use-proposal-one/app")).toBe("Use “one-app” as proposed"),
    );
    await click("use-proposal-one/app");
    await waitFor(() => expect(nameOf("one/app")).toBe("one-app"));
  });

  it("wait for a rule that can be read", async () => {
    atRepositories(["one/app"], (rules) => ({
      ...proposed({ "one/app": "app" }, []),
      problems: rules.map(({ pattern }) =>
        pattern === "^(" ? "“^(” is not a regular expression." : null,
      ),
    }));
    await addRule("beginning");
    type("rename-pattern-0", "^(");
    await screen.findByText("“^(” is not a regular expression.");
    await click("wizard-next");
    await screen.findByText("Fix or remove the invalid rename rules.");
    const actions = createWrapper().findButtonDropdown('[data-testid="rename-actions-0"]');
    act(() => actions?.openDropdown());
    act(() => actions?.findItemById("remove")?.click());
    // Next is disabled until the new names are loaded.
    const next = await byId("wizard-next");
    await waitFor(() => expect(next.getAttribute("aria-disabled")).not.toBe("true"));
    await click("wizard-next");
    await byId("plan-images");
  });

  it("that collide in the program return to the step", async () => {
    const backend = openWindow({ draft: draftAtReview({ repository: "one/app", tag: "latest" }) });
    await byId("plan-images");
    backend.failNext("migrationStart", fakeError("names_collide", "Two would be one.", "app"));
    await click("wizard-start");
    const alert = await byId("error-alert");
    expect(alert.dataset.errorCode).toBe("names_collide");
    const change = await screen.findByText("Change repository settings");
    act(() => change.click());
    await byId("repositories-table");
  });
});
