import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, render } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import type { RepositorySettings } from "../ipc/generated";
import { accessibilityViolations } from "../testing/accessibility";
import { RepositorySettingsForm } from "./RepositorySettingsForm";
import { defaultRepositorySettings } from "./repositorySettings";

let value: RepositorySettings;

function Owner({ readOnly = false }: { readOnly?: boolean }) {
  const [settings, setSettings] = useState(value);
  value = settings;
  return <RepositorySettingsForm value={settings} onChange={setSettings} readOnly={readOnly} />;
}

function show(initial: Partial<RepositorySettings> = {}, readOnly = false) {
  value = { ...defaultRepositorySettings, ...initial };
  const { container } = render(<Owner readOnly={readOnly} />);
  const page = createWrapper(document.body);
  const at = (id: string) => `[data-testid="${id}"]`;
  return {
    container,
    choose: (id: string, option: string) => {
      const select = page.findSelect(at(id));
      act(() => select?.openDropdown());
      act(() => select?.selectOptionByValue(option, { expandToViewport: true }));
    },
    type: (id: string, text: string) => act(() => page.findInput(at(id))?.setInputValue(text)),
    rows: (id: string) => page.findAttributeEditor(at(id)),
    radio: (id: string, option: string) =>
      act(() => page.findRadioGroup(at(id))?.findInputByValue(option)?.getElement().click()),
  };
}

describe("the repository settings form", () => {
  it("takes exceptions with their rules, and drops them with the setting that has them", async () => {
    const form = show();
    form.choose("settings-mutability", "immutable_with_exclusion");
    expect(value.exclusion_filters).toEqual(["latest"]);
    act(() => form.rows("settings-exclusions")?.findAddButton().click());
    form.type("settings-exclusion-1", "dev *");
    expect(form.container.textContent).toContain("and “*”.");
    form.type("settings-exclusion-1", "dev-*");
    expect(value.exclusion_filters).toEqual(["latest", "dev-*"]);
    expect(form.container.textContent).not.toContain("and “*”.");
    expect(await accessibilityViolations(form.container)).toEqual([]);
    form.choose("settings-mutability", "immutable");
    expect(value).toMatchObject({ tag_mutability: "immutable", exclusion_filters: [] });
  });

  it("keeps the KMS key between the two kinds of KMS, and says that encryption is for good", () => {
    const form = show();
    expect(form.container.textContent).toContain("can’t change this setting after");
    form.radio("settings-encryption", "kms");
    expect(value.encryption).toEqual({ kind: "kms", key: null });
    form.type("settings-kms-key", "alias/images");
    form.radio("settings-encryption", "kms_dual_layer");
    expect(value.encryption).toEqual({ kind: "kms_dual_layer", key: "alias/images" });
    form.radio("settings-encryption", "aes256");
    expect(value.encryption).toEqual({ kind: "aes256" });
  });

  it("takes a lifecycle count, and says what is missing when the field is empty", () => {
    const form = show();
    form.choose("settings-lifecycle", "keep_newest");
    form.type("settings-lifecycle-count", "");
    expect(form.container.textContent).toContain("Enter a number of 1 or more");
    form.type("settings-lifecycle-count", "20");
    expect(value.lifecycle).toEqual({ kind: "keep_newest", count: 20 });
  });

  it("keeps two rows of tags apart while both have one key", () => {
    const form = show({ tags: { team: "data" } });
    act(() => form.rows("settings-tags")?.findAddButton().click());
    form.type("settings-tag-key-1", "team");
    expect(form.container.textContent).toContain("Another tag has the same key");
    expect(value.tags).toEqual({ team: "data" });
    form.type("settings-tag-key-1", "team-2");
    form.type("settings-tag-value-1", "web");
    expect(value.tags).toEqual({ team: "data", "team-2": "web" });
    act(() => form.rows("settings-tags")?.findRow(1)?.findRemoveButton()?.click());
    expect(value.tags).toEqual({ "team-2": "web" });
  });

  it("changes nothing when it only shows", () => {
    const form = show({ tags: { team: "data" } }, true);
    form.radio("settings-encryption", "kms");
    expect(value).toEqual({ ...defaultRepositorySettings, tags: { team: "data" } });
    const fields = [...form.container.querySelectorAll<HTMLInputElement>("input:not([type])")];
    const texts = [...form.container.querySelectorAll<HTMLInputElement>('input[type="text"]')];
    expect(fields.length + texts.length).toBeGreaterThan(0);
    expect([...fields, ...texts].filter((field) => !field.readOnly)).toEqual([]);
    expect(form.rows("settings-tags")?.findRow(1)?.findRemoveButton()).toBeNull();
  });
});
