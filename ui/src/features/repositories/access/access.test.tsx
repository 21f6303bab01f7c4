import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../../../ipc";
import { fakeAccessMethods, fakeStatement } from "../../../ipc/fake/access";
import { fakeError } from "../../../ipc/fakeBackend";
import type { RepositoryAccess, StatementWords } from "../../../ipc/generated";
import { accessibilityViolations } from "../../../testing/accessibility";
import { practice as connection, isDisabled, renderWith } from "../../../testing/component";
import { repository } from "../../../testing/repository";
import { AccessTab } from "./AccessTab";
import {
  addedStatements,
  indented,
  isOpen,
  reachOf,
  statementChanges,
  withoutStatement,
  withStatements,
} from "./accessPolicy";

const everyone = fakeStatement({
  name: "Open",
  sentence: "Allow every AWS account to pull images.",
  who: [{ words: "every AWS account", exposure: "everyone" }],
  json: '{"Sid":"Open"}',
});
const unclear = fakeStatement({
  name: null,
  effect: null,
  sentence: "Transload can’t put this statement into words, because it has a NotResource.",
  who: [],
  json: '{\n  "NotResource": "*"\n}',
});

function accessOf(...statements: StatementWords[]): RepositoryAccess {
  const policy = JSON.stringify({ Statement: statements.map(({ json }) => JSON.parse(json)) });
  return { policy, words: { problem: null, statements } };
}

function show(part: Partial<Backend> = {}) {
  return renderWith(
    { ...fakeAccessMethods(), ...part },
    <AccessTab connection={connection} repository={repository("shop/api")} />,
  );
}

async function press(id: string) {
  await waitFor(() => expect(isDisabled(id)).toBe(false));
  fireEvent.click(screen.getByTestId(id));
}

function enter(id: string, value: string) {
  const input = createWrapper().findInput(`[data-testid="${id}"]`);
  act(() => input?.setInputValue(value));
}

function typeJson(value: string) {
  const area = createWrapper().findTextarea('[data-testid="access-json"]');
  act(() => area?.setTextareaValue(value));
}

describe("the JSON of a repository policy", () => {
  const arn = "arn:aws-cn:ecr:cn-north-1:111122223333:repository/shop/api";

  it("gets and loses statements, and keeps what it has", () => {
    const own = '{"Version":"2012-10-17","Id":"x","Statement":{"Sid":"Own"}}';
    const added = withStatements(own, addedStatements("account", "444455556666", arn)) ?? "";
    expect(JSON.parse(added)).toMatchObject({
      Id: "x",
      Statement: [{ Sid: "Own" }, { Principal: { AWS: "444455556666" } }],
    });
    expect(JSON.parse(withoutStatement(added, 1))).toMatchObject({ Statement: [{ Sid: "Own" }] });
    expect(withoutStatement(own, 0)).toBe("");
    for (const broken of ["{", "[]", "{}", "null"]) {
      expect(withStatements(broken, [])).toBeNull();
      expect(withoutStatement(broken, 0)).toBe(broken);
    }
    expect(JSON.parse(withStatements("", [{ Sid: "New" }]) ?? "")).toEqual({
      Version: "2012-10-17",
      Statement: [{ Sid: "New" }],
    });
  });

  it("gives each statement an ID of its own, with a statement that isn’t one among them", () => {
    const sids = (policy: string | null) =>
      (JSON.parse(policy ?? "") as { Statement: ({ Sid?: string } | null)[] }).Statement.map(
        (one) => one?.Sid,
      );
    const account = addedStatements("account", "444455556666", arn);
    const once = withStatements('{"Statement":[null,{"Effect":"Deny"}]}', account) ?? "";
    const name = "PullByAccount444455556666";
    expect(sids(once)).toEqual([undefined, undefined, name]);
    const lambda = addedStatements("lambda", "444455556666", arn);
    const twice = withStatements(once, [...account, ...lambda]);
    expect(sids(twice).slice(2)).toEqual([
      name,
      `${name}2`,
      `${name}3`,
      "PullByLambda444455556666",
    ]);
  });

  it("lets AWS Lambda pull for functions of this account and of another one", () => {
    const own = addedStatements("lambda", "111122223333", arn);
    expect(own).toEqual([
      expect.objectContaining({ Principal: { Service: "lambda.amazonaws.com" } }),
    ]);
    const other = JSON.stringify(addedStatements("lambda", "444455556666", arn));
    expect(other).toContain("arn:aws-cn:lambda:cn-north-1:444455556666:function:*");
    expect(other).toContain('"AWS":"444455556666"');
    expect(JSON.stringify(addedStatements("organization", "o-a1b2c3d4e5", arn))).toContain(
      '"aws:PrincipalOrgID":"o-a1b2c3d4e5"',
    );
  });

  it("shows hidden characters as escapes that mean the same", () => {
    const shown = indented(JSON.stringify({ Sid: "a\u001b\u202eb\u200b" }));
    expect(shown).toBe('{\n  "Sid": "a\\u001b\\u202eb\\u200b"\n}');
    expect(JSON.parse(shown)).toEqual({ Sid: "a\u001b\u202eb\u200b" });
    expect(indented("{")).toBe("{");
  });

  it("is compared by statement, whatever the order", () => {
    const other = fakeStatement({ json: '{"Sid":"Other"}' });
    expect(statementChanges([everyone, other], [other, unclear])).toEqual({
      removed: [everyone],
      added: [unclear],
      unchanged: [other],
    });
    expect(reachOf({ ...everyone, effect: "deny" })).toEqual([]);
    expect(isOpen([{ ...everyone, effect: "deny" }, unclear])).toBe(false);
  });
});

describe("the Access tab", () => {
  it("shows statements in words, warns about everyone, and hides nothing that has no words", async () => {
    const { container } = show({ repositoryAccess: async () => accessOf(everyone, unclear) });
    await screen.findByText("This repository is open to every AWS account");
    const shown = screen.getByTestId("access-statements").textContent ?? "";
    for (const text of [
      "Allow every AWS account to pull images.",
      "Every AWS account",
      "because it has a NotResource.",
      '"NotResource": "*"',
    ]) {
      expect(shown).toContain(text);
    }
    expect(screen.getByTestId("policy-text").textContent).toContain('"Sid": "Open"');
    expect(await accessibilityViolations(container)).toEqual([]);
  });

  it("creates a policy with the form, compares it in words, and removes it", async () => {
    show();
    await screen.findByText(/No repository policy/);
    await press("access-edit");
    expect(isDisabled("access-add")).toBe(true);
    enter("access-add-id", "444455556666");
    await press("access-add");
    await press("access-review");
    const modal = await screen.findByTestId("access-set-modal");
    expect(modal.textContent).toContain("Added statements");
    expect(modal.textContent).toContain("Allow account 444455556666 to pull images.");
    expect(screen.getByTestId("access-set-confirm").textContent).toBe("Set policy");
    await press("access-set-confirm");
    await screen.findByTestId("policy-text");
    await press("access-remove");
    await press("access-remove-confirm");
    await screen.findByText(/No repository policy/);
  });

  it("keeps what was entered if somebody else changed the policy, and compares it with theirs", async () => {
    const own = accessOf(fakeStatement({ json: '{"Sid":"Own"}' }));
    const repositoryAccess = vi
      .fn<Backend["repositoryAccess"]>()
      .mockResolvedValueOnce(own)
      .mockResolvedValue(accessOf(everyone));
    const set = vi
      .fn<Backend["repositoryPolicySet"]>()
      .mockRejectedValueOnce(fakeError("repository_policy_changed", "It changed.", "shop/api"))
      .mockResolvedValue();
    show({ repositoryAccess, repositoryPolicySet: set });
    await press("access-edit");
    enter("access-add-id", "444455556666");
    await press("access-add");
    await press("access-review");
    await press("access-set-confirm");
    await screen.findByText("It changed.");
    const modal = screen.getByTestId("access-set-modal");
    await waitFor(() =>
      expect(modal.textContent).toContain("Allow every AWS account to pull images."),
    );
    await press("access-set-confirm");
    await waitFor(() => expect(screen.queryByTestId("access-set-modal")).toBeNull());
    expect(set.mock.calls.map(([, , before]) => before)).toEqual([
      own.policy,
      accessOf(everyone).policy,
    ]);
  });

  it("shows in the dialog why a policy wasn’t removed, and compares with what there is now", async () => {
    const gone: RepositoryAccess = { policy: null, words: { problem: null, statements: [] } };
    const repositoryAccess = vi
      .fn<Backend["repositoryAccess"]>()
      .mockResolvedValueOnce(accessOf(everyone))
      .mockResolvedValue(gone);
    const error = fakeError("repository_policy_changed", "It was removed.", "shop/api");
    show({ repositoryAccess, repositoryPolicyRemove: () => Promise.reject(error) });
    await press("access-remove");
    await press("access-remove-confirm");
    const modal = screen.getByTestId("access-remove-modal");
    await waitFor(() => expect(modal.textContent).toContain("It was removed."));
    await waitFor(() => expect(isDisabled("access-remove-confirm")).toBe(true));
  });

  it("doesn’t set what ECR would refuse, an unchanged policy, or nothing", async () => {
    show({ repositoryAccess: async () => accessOf(everyone) });
    await press("access-edit");
    await waitFor(() => expect(isDisabled("access-review")).toBe(true));
    typeJson("{");
    await screen.findByTestId("access-problem");
    expect(isDisabled("access-review")).toBe(true);
    await press("access-discard");
    await press("access-edit");
    await press("access-remove-statement-0");
    await waitFor(() =>
      expect(screen.getByTestId("access-json").querySelector("textarea")?.value).toBe(""),
    );
    expect(isDisabled("access-review")).toBe(true);
  });

  it("names the missing permission", async () => {
    show({
      repositoryAccess: async () => {
        throw fakeError("access_denied", "ecr:GetRepositoryPolicy is denied.");
      },
    });
    expect(await screen.findAllByText(/ecr:GetRepositoryPolicy is denied/)).not.toEqual([]);
    expect(isDisabled("access-edit")).toBe(true);
    expect(isDisabled("access-remove")).toBe(true);
  });
});
