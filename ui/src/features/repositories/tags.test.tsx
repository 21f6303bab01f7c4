import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { fakeError } from "../../ipc/fakeBackend";
import type { MutabilityEffect, TagEffect } from "../../ipc/generated";
import { AddTagModal } from "../../shared/AddTagModal";
import { accessibilityViolations } from "../../testing/accessibility";
import { renderWith } from "../../testing/component";
import { repository } from "../../testing/repository";
import { MutabilityModal } from "./MutabilityModal";

const practice = { kind: "practice" } as const;
const digest = `sha256:${"1".repeat(64)}`;
const other = `sha256:${"2".repeat(64)}`;

function showAddTag(effect: TagEffect, tags: readonly string[] = ["1.0"]) {
  const backend = {
    imageTagCheck: vi.fn(async () => effect),
    imageTagAdd: vi.fn(async () => ({ undo: null })),
  };
  const onChanged = vi.fn();
  const onClose = vi.fn();
  renderWith(
    {},
    <AddTagModal
      backend={backend}
      connection={practice}
      repository="shop/api"
      image={{ digest, tags }}
      onChanged={onChanged}
      onClose={onClose}
    />,
  );
  return { backend, onChanged, onClose };
}

const type = (tag: string) => {
  const input = createWrapper().findInput('[data-testid="add-tag-name"]');
  act(() => input?.setInputValue(tag));
};
const confirm = () => screen.getByTestId("add-tag-confirm");
const isDisabled = () => confirm().getAttribute("aria-disabled") === "true";

const moved = (other_tags: string[]): TagEffect => ({
  kind: "moved",
  from: other,
  other_tags,
  pushed_at_ms: null,
});
const immutable = (mutability: "immutable" | "immutable_with_exclusion"): TagEffect => ({
  kind: "immutable",
  from: other,
  mutability,
  exclusion_filters: mutability === "immutable" ? [] : ["dev-*"],
});

it.each<[TagEffect, string[], string, string]>([
  [{ kind: "added" }, ["1.0"], "Add the tag prod", "No image has the tag prod."],
  [{ kind: "added" }, [], "Add the tag prod", "can’t be undone"],
  [moved(["1.1"]), ["1.0"], "Move the tag prod", "That image keeps the tag 1.1."],
  [moved([]), ["1.0"], "Move the tag prod", "That image is untagged afterward"],
])("says what a tag does before it is added: %j", async (effect, tags, words, meaning) => {
  const { backend, onChanged, onClose } = showAddTag(effect, tags);
  expect(isDisabled()).toBe(true);
  type("prod");
  await waitFor(() => expect(isDisabled()).toBe(false));
  expect(confirm().textContent).toContain(words);
  expect(screen.getByTestId("add-tag-effect").textContent).toContain(meaning);
  expect(await accessibilityViolations(document.body)).toEqual([]);
  fireEvent.click(confirm());
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  const from = effect.kind === "moved" ? other : null;
  expect(backend.imageTagAdd).toHaveBeenCalledWith(practice, "shop/api", digest, "prod", from);
  expect(onChanged).toHaveBeenCalledTimes(1);
});

it.each<[TagEffect, string]>([
  [{ kind: "invalid" }, "Use 1 to 128 letters"],
  [{ kind: "unchanged" }, "already has the tag prod"],
  [{ kind: "image_unavailable" }, "Restore it"],
  [immutable("immutable"), "Tags of the repository are immutable."],
  [immutable("immutable_with_exclusion"), "only tags that match dev-*"],
])("refuses with the reason before any call: %j", async (effect, reason) => {
  const { backend } = showAddTag(effect);
  type("prod");
  await screen.findByText(new RegExp(reason.replace("*", "\\*")));
  expect(isDisabled()).toBe(true);
  expect(backend.imageTagAdd).not.toHaveBeenCalled();
});

it("checks a tag again that another image got meanwhile", async () => {
  const { backend, onChanged, onClose } = showAddTag({ kind: "added" });
  backend.imageTagAdd.mockRejectedValueOnce(fakeError("tag_moved", "prod points to sha256:2 now."));
  type("prod");
  await waitFor(() => expect(isDisabled()).toBe(false));
  backend.imageTagCheck.mockResolvedValue(moved(["1.1"]));
  fireEvent.click(confirm());
  await screen.findByText("prod points to sha256:2 now.");
  await waitFor(() => expect(confirm().textContent).toContain("Move the tag prod"));
  expect(onChanged).toHaveBeenCalledTimes(1);
  expect(onClose).not.toHaveBeenCalled();
  // The failure is about prod.
  type("stable");
  expect(screen.queryByText("prod points to sha256:2 now.")).toBeNull();
});

it("names the tags that builds can no longer push before tags become immutable", async () => {
  const effect: MutabilityEffect = {
    refused_tags: ["1.4", "latest"],
    immutable_tags: 12,
    mutable_tags: 0,
  };
  const repositoryMutabilityCheck = vi.fn(async () => effect);
  const repositoryMutabilitySet = vi.fn(async () => {});
  const onChanged = vi.fn();
  renderWith(
    { repositoryMutabilityCheck, repositoryMutabilitySet },
    <MutabilityModal
      connection={practice}
      repository={repository("shop/api")}
      onChanged={onChanged}
      onClose={() => {}}
    />,
  );
  const button = () => screen.getByTestId("mutability-confirm");
  expect(button().getAttribute("aria-disabled")).toBe("true");
  const select = createWrapper().findSelect('[data-testid="settings-mutability"]');
  act(() => select?.openDropdown());
  act(() => select?.selectOptionByValue("immutable", { expandToViewport: true }));
  await screen.findByText("Builds that push these tags again will fail");
  expect(screen.getByTestId("mutability-effect").textContent).toContain("1.4, latest");
  expect(button().textContent).toContain("Make tags immutable");
  expect(await accessibilityViolations(document.body)).toEqual([]);
  fireEvent.click(button());
  await waitFor(() => expect(onChanged).toHaveBeenCalled());
  const setting = { tag_mutability: "immutable", exclusion_filters: [] };
  expect(repositoryMutabilitySet).toHaveBeenCalledWith(practice, "shop/api", setting);
});
