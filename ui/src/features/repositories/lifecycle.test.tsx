import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { type Backend, BackendProvider } from "../../ipc";
import { noEffects, noLifecycle } from "../../ipc/fake/repositoryRows";
import { fakeError } from "../../ipc/fakeBackend";
import type {
  LifecyclePreviewState,
  LifecycleWhatIf,
  RepositoryDetails,
} from "../../ipc/generated";
import { NotifyProvider } from "../../shared/notify";
import { accessibilityViolations } from "../../testing/accessibility";
import { practice as connection, isDisabled } from "../../testing/component";
import { shopDetails } from "../../testing/repository";
import { LifecycleTab } from "./LifecycleTab";
import { formRules, newRule, policyText, withCount } from "./lifecyclePolicy";

const text = policyText([newRule([])]);

const details: RepositoryDetails = {
  ...shopDetails(),
  lifecycle: { ...noLifecycle, policy: text },
};

const effects: LifecycleWhatIf = {
  ...noEffects,
  rules: [
    {
      priority: 1,
      words: "Delete untagged images 14 days after they were pushed.",
      caution: null,
      action: "expire",
      images: 1,
    },
  ],
  affected: [
    {
      digest: `sha256:${"a".repeat(64)}`,
      tags: [],
      rule: 1,
      action: "expire",
      pushed_at_ms: 1,
      pulled_at_ms: null,
    },
  ],
  kept: 3,
  freed: { at_least: 6_000_000, at_most: 6_000_000, may_be_shared: false },
};

const complete: LifecyclePreviewState = {
  kind: "complete",
  expiring: 1,
  archiving: 0,
  unknown: 0,
  images: effects.affected,
  freed: effects.freed,
};

function tab(part: Partial<Backend>, shown = details) {
  const onChanged = vi.fn();
  const backend: Partial<Backend> = {
    lifecycleWhatIf: async () => effects,
    lifecyclePreviewStart: async () => complete,
    ...part,
  };
  const element = (
    <BackendProvider backend={backend as Backend}>
      <NotifyProvider value={() => () => {}}>
        <LifecycleTab connection={connection} details={shown} onChanged={onChanged} />
      </NotifyProvider>
    </BackendProvider>
  );
  return { element, onChanged };
}

function show(part: Partial<Backend>, shown = details) {
  const { element, onChanged } = tab(part, shown);
  return { ...render(element), onChanged };
}

const press = async (id: string) => {
  await waitFor(() => expect(isDisabled(id)).toBe(false));
  fireEvent.click(screen.getByTestId(id));
};

describe("the form of a lifecycle policy", () => {
  it("reads what it writes, and leaves what it doesn't know to JSON", () => {
    const rules = [
      newRule([]),
      { ...newRule([newRule([])]), tags: "patterns" as const, list: "dev-* prod-*" },
      withCount({ ...newRule([]), priority: 3, tags: "any" }, "sinceImagePulled"),
    ];
    expect(formRules(policyText(rules))?.map(({ description: _, ...rule }) => rule)).toEqual(
      rules.map(({ description: _, ...rule }) => rule),
    );
    expect(policyText(rules)).toContain('"targetStorageClass": "archive"');
    for (const other of ["", "{}", "[]", '{"rules":[{"rulePriority":1}]}', "{"]) {
      expect(formRules(other)).toBeNull();
    }
  });

  // The base is a rule that the form shows. Each case is what a selection, a rule or a policy has beside it.
  it.each([
    ["nothing", {}, {}, {}, true],
    ["the default storage class", { storageClass: "standard" }, {}, {}, true],
    ["an empty list", { tagPrefixList: [] }, {}, {}, true],
    ["no description", {}, { description: undefined }, {}, true],
    ["both lists", { tagPrefixList: ["v"] }, {}, {}, false],
    ["a pattern with a space", { tagPatternList: ["a b"] }, {}, {}, false],
    ["a pattern that isn't text", { tagPatternList: ["a*", 1] }, {}, {}, false],
    ["another unit", { countUnit: "hours" }, {}, {}, false],
    ["another storage class", { storageClass: "cold" }, {}, {}, false],
    ["a fraction", { countNumber: 1.5 }, {}, {}, true],
    ["a number as text", { countNumber: "14" }, {}, {}, false],
    ["a member of a later ECR in a selection", { architecture: "arm64" }, {}, {}, false],
    ["a member of a later ECR in a rule", {}, { enabled: false }, {}, false],
    ["a member of a later ECR in the policy", {}, {}, { version: 2 }, false],
    ["an action of a later ECR", {}, { action: { type: "notify" } }, {}, false],
  ])(
    "opens a policy with %s only if the form loses nothing",
    (_, selection, rule, policy, opens) => {
      const base = {
        tagStatus: "tagged",
        tagPatternList: ["dev-*"],
        countType: "sinceImagePushed",
        countUnit: "days",
        countNumber: 14,
      };
      const rules = [
        {
          rulePriority: 2,
          description: "old",
          selection: { ...base, ...selection },
          action: { type: "expire" },
          ...rule,
        },
      ];
      expect(formRules(JSON.stringify({ rules, ...policy })) !== null).toBe(opens);
    },
  );

  it.each([
    ["14", 14],
    ["1e3", 1000],
    ["1.5", 1.5],
    ["", 0],
    ["-3", -3],
  ])("sends the number %s as it is read", (number, expected) => {
    const text = policyText([{ ...newRule([]), number }]);
    expect(JSON.parse(text).rules[0].selection.countNumber).toBe(expected);
  });

  it("separates patterns by spaces and commas, which no tag contains", () => {
    const list = "dev-*, prod-*,x  y";
    const text = policyText([{ ...newRule([]), tags: "patterns", list }]);
    const { tagPatternList } = JSON.parse(text).rules[0].selection;
    expect(tagPatternList).toEqual(["dev-*", "prod-*", "x", "y"]);
  });
});

describe("the Lifecycle tab", () => {
  it("says that images are archived if a rule archives", async () => {
    const archiving = effects.rules.map((rule) => ({ ...rule, action: "archive" as const }));
    show({ lifecycleWhatIf: async () => ({ ...effects, rules: archiving }) });
    expect((await screen.findByTestId("lifecycle-what-if")).textContent).toContain(
      "1 of 4 images would be deleted or archived now",
    );
  });

  it("shows the rules in words with what they would do, before anything is asked from ECR", async () => {
    const start = vi.fn();
    const { container } = show({ lifecyclePreviewStart: start });
    await screen.findByText("1. Delete untagged images 14 days after they were pushed.");
    expect(screen.getByTestId("lifecycle-what-if").textContent).toContain(
      "1 of 4 images would be deleted now, which frees 6 MB.",
    );
    expect(start).not.toHaveBeenCalled();
    expect(screen.queryByTestId("lifecycle-set")).toBeNull();
    expect(await accessibilityViolations(container)).toEqual([]);
  });

  it("warns about a rule that people misread", async () => {
    const caution = "An image must have a matching tag for every entry of the list.";
    const rules = effects.rules.map((rule) => ({ ...rule, caution }));
    show({ lifecycleWhatIf: async () => ({ ...effects, rules }) });
    await screen.findByText(caution);
  });

  it("sets a policy only after ECR's preview of this text, and after the name was entered", async () => {
    const set = vi.fn(async () => {});
    const { onChanged } = show({ lifecyclePolicySet: set });
    const days = createWrapper().findInput('[data-testid="lifecycle-number-1"]');
    act(() => days?.setInputValue("15"));
    await press("lifecycle-preview");
    expect((await screen.findByTestId("lifecycle-preview-result")).textContent).toContain(
      "1 image would be deleted and 0 images archived. This frees 6 MB.",
    );
    expect(screen.getByTestId("lifecycle-set").textContent).toContain(
      "Set the policy: affects 1 image within 24 hours",
    );
    expect(isDisabled("lifecycle-set")).toBe(true);
    const name = screen.getByTestId("lifecycle-confirm-name").querySelector("input");
    fireEvent.change(name as HTMLInputElement, { target: { value: "shop/api" } });
    await press("lifecycle-set");
    await waitFor(() => expect(onChanged).toHaveBeenCalled());
    const changed = policyText([{ ...newRule([]), number: "15" }]);
    expect(set).toHaveBeenCalledExactlyOnceWith(connection, "shop/api", changed, 1, 0);
  });

  it("offers no set of a policy that ECR has, also one that was just set", async () => {
    const { rerender } = show({});
    await press("lifecycle-preview");
    await screen.findByTestId("lifecycle-set");
    expect(isDisabled("lifecycle-set")).toBe(true);
    expect(screen.queryByTestId("lifecycle-confirm-name")).toBeNull();

    const days = createWrapper().findInput('[data-testid="lifecycle-number-1"]');
    act(() => days?.setInputValue("15"));
    expect(isDisabled("lifecycle-discard")).toBe(false);
    const [rule] = JSON.parse(policyText([{ ...newRule([]), number: "15" }])).rules;
    // ECR returns the same policy as another text.
    const { selection, ...others } = rule;
    const changed = JSON.stringify({ rules: [{ selection, ...others }] });
    rerender(tab({}, { ...details, lifecycle: { ...details.lifecycle, policy: changed } }).element);
    expect(isDisabled("lifecycle-discard")).toBe(true);
    // The next policy that somebody sets is no change of this user.
    rerender(tab({}, details).element);
    expect(isDisabled("lifecycle-discard")).toBe(true);
    expect(days?.getInputValue()).toBe("14");
  });

  it("shows in the dialog why a policy wasn’t removed, and removes it on another try", async () => {
    const remove = vi
      .fn<Backend["lifecyclePolicyRemove"]>()
      .mockRejectedValueOnce(fakeError("access_denied", "It is denied."))
      .mockResolvedValue();
    const { onChanged } = show({ lifecyclePolicyRemove: remove });
    await press("lifecycle-remove");
    await press("lifecycle-remove-confirm");
    const modal = screen.getByTestId("lifecycle-remove-modal");
    await waitFor(() => expect(modal.textContent).toContain("It is denied."));
    expect(onChanged).not.toHaveBeenCalled();
    await press("lifecycle-remove-confirm");
    await waitFor(() => expect(screen.queryByTestId("lifecycle-remove-modal")).toBeNull());
    expect(onChanged).toHaveBeenCalledTimes(1);
  });

  it("asks for the name again for each preview", async () => {
    show({});
    const days = createWrapper().findInput('[data-testid="lifecycle-number-1"]');
    const name = () => createWrapper().findInput('[data-testid="lifecycle-confirm-name"]');
    act(() => days?.setInputValue("15"));
    await press("lifecycle-preview");
    await screen.findByTestId("lifecycle-confirm-name");
    act(() => name()?.setInputValue("shop/api"));
    expect(isDisabled("lifecycle-set")).toBe(false);
    act(() => days?.setInputValue("16"));
    await press("lifecycle-preview");
    await screen.findByTestId("lifecycle-confirm-name");
    expect(name()?.getInputValue()).toBe("");
    expect(isDisabled("lifecycle-set")).toBe(true);
  });

  it("keeps what is typed in the form, also while a field isn’t complete", () => {
    show({}, { ...details, lifecycle: noLifecycle });
    fireEvent.click(screen.getByTestId("lifecycle-add-rule"));
    const field = (label: string) =>
      createWrapper()
        .findAllFormFields()
        .find((one) => one.findLabel()?.getElement().textContent === label);
    const choose = (label: string, value: string) => {
      const select = field(label)?.findControl()?.findSelect();
      act(() => select?.openDropdown());
      act(() => select?.selectOptionByValue(value));
    };
    choose("Images", "patterns");
    const patterns = () => field("Patterns")?.findControl()?.findInput();
    // Each key is one change.
    for (const typed of ["dev-*", "dev-* ", "dev-* prod-*"]) {
      act(() => patterns()?.setInputValue(typed));
      expect(patterns()?.getInputValue()).toBe(typed);
    }
    const days = createWrapper().findInput('[data-testid="lifecycle-number-1"]');
    act(() => days?.setInputValue(""));
    expect(days?.getInputValue()).toBe("");
    act(() => days?.setInputValue("30"));
    fireEvent.click(screen.getByText("JSON"));
    const json = screen.getByTestId("lifecycle-json").querySelector("textarea")?.value ?? "";
    expect(JSON.parse(json).rules[0]).toMatchObject({
      // The description follows the rule.
      description: "Images with tags like: Days since the push",
      selection: { tagPatternList: ["dev-*", "prod-*"], countNumber: 30 },
    });
  });

  it("takes the button away when one character changes", async () => {
    show({});
    await press("lifecycle-preview");
    await screen.findByTestId("lifecycle-set");
    const days = createWrapper().findInput('[data-testid="lifecycle-number-1"]');
    act(() => days?.setInputValue("15"));
    await waitFor(() => expect(screen.queryByTestId("lifecycle-set")).toBeNull());
    expect(document.body.textContent).toContain("The policy changed since the preview");
    act(() => days?.setInputValue("14"));
    expect(screen.getByTestId("lifecycle-set")).toBeTruthy();
  });

  it("waits for the preview of someone else, then starts its own", async () => {
    const start = vi
      .fn<Backend["lifecyclePreviewStart"]>()
      .mockResolvedValueOnce({ kind: "other_running" })
      .mockResolvedValueOnce({ kind: "running" });
    const poll = vi
      .fn<Backend["lifecyclePreview"]>()
      .mockResolvedValueOnce({ kind: "other_running" })
      .mockResolvedValueOnce({ kind: "none" })
      .mockResolvedValue(complete);
    vi.useFakeTimers({ shouldAdvanceTime: true });
    show({ lifecyclePreviewStart: start, lifecyclePreview: poll });
    await press("lifecycle-preview");
    await screen.findByText("Waiting for another preview of this repository");
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(screen.getByTestId("lifecycle-set")).toBeTruthy();
    expect(start).toHaveBeenCalledTimes(2);
  });

  it("says why ECR would refuse a text, and doesn't ask ECR", async () => {
    show({ lifecycleWhatIf: async () => ({ ...noEffects, problem: "Only one rule can." }) });
    expect((await screen.findByTestId("lifecycle-problem")).textContent).toContain(
      "Only one rule can.",
    );
    expect(isDisabled("lifecycle-preview")).toBe(true);
  });

  it("shows the error of a preview, and of a policy that can't be read", async () => {
    const refused = fakeError("access_denied", "The role may not do that.", "ecr:Start");
    const { unmount } = show({ lifecyclePreviewStart: async () => Promise.reject(refused) });
    await press("lifecycle-preview");
    expect((await screen.findByTestId("error-alert")).textContent).toContain("may not do that");
    unmount();
    const { onChanged } = show({}, { ...details, lifecycle: { ...noLifecycle, error: refused } });
    expect(screen.getByTestId("error-alert").textContent).toContain("may not do that");
    fireEvent.click(screen.getByTestId("error-action-retry"));
    expect(onChanged).toHaveBeenCalledOnce();
    expect(screen.queryByTestId("lifecycle-preview")).toBeNull();
  });
});
