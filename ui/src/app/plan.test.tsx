import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { recordedImage, recordedPlan } from "../ipc/fake/recordedPlan";
import type { FakeOptions } from "../ipc/fakeBackend";
import type {
  MigrationPlan,
  MigrationRequest,
  PlannedAction,
  PlannedImage,
} from "../ipc/generated";
import { isDisabled } from "../testing/component";
import {
  byId,
  click,
  draftAtReview,
  expectAccessible,
  openWindow,
  pgcli,
  start,
  storefront,
  textOf,
} from "../testing/window";

const draft = draftAtReview(pgcli, storefront);

function atReview(options: FakeOptions = {}) {
  return openWindow({ draft, ...options });
}

/** Plans that differ from the recorded one. */
function planned(changes: Parameters<typeof recordedPlan>[1]): FakeOptions {
  return { answers: { migrationPlan: async (request) => recordedPlan(request, changes) } };
}

/** Review with a tag that points to another image in ECR. */
function inConflict(
  overwrite_allowed: boolean,
  /** Answers instead of the plan, for example never. */
  instead: () => Promise<MigrationPlan> | null = () => null,
) {
  const imagesOf = (request: MigrationRequest) => {
    const chosen = request.choices[0]?.resolution;
    const actions: Record<string, PlannedAction> = {
      overwrite: { kind: "overwrite" },
      new_tag: { kind: "move" },
    };
    const action = actions[chosen?.kind ?? ""] ?? { kind: "conflict", overwrite_allowed };
    const [conflict, ...others] = request.images.map((one) => recordedImage(request, one));
    const tag = chosen?.kind === "new_tag" ? chosen.tag : "latest";
    return conflict === undefined
      ? []
      : [{ ...conflict, action, tag, destination: `127.0.0.1:40123/pgcli:${tag}` }, ...others];
  };
  return atReview({
    answers: {
      migrationPlan: async (request) =>
        instead() ?? recordedPlan(request, { images: imagesOf(request) }),
    },
  });
}

async function choose(value: string) {
  await byId("conflict-0");
  const choice = createWrapper().findSelect('[data-testid="conflict-0"]');
  act(() => choice?.openDropdown());
  act(() => choice?.selectOptionByValue(value, { expandToViewport: true }));
}

const headings = () =>
  [...document.querySelectorAll("thead th")].map(({ textContent }) => textContent);

it.each([
  { what: "no image has notes", remarks: [], isShown: false },
  { what: "one of its images has notes", remarks: ["build_cache"] as const, isShown: true },
])("shows the column of notes as the plan needs it: $what", async ({ remarks, isShown }) => {
  const images = async (request: MigrationRequest) => {
    const [first, ...others] = request.images.map((one) => ({
      ...recordedImage(request, one),
      remarks: [],
      referrer_tags: [],
    }));
    return first === undefined ? [] : [{ ...first, remarks: [...remarks] }, ...others];
  };
  atReview({
    answers: {
      migrationPlan: async (request) => recordedPlan(request, { images: await images(request) }),
    },
  });
  await byId("plan-image-0");
  expect(headings().includes("Notes")).toBe(isShown);
});

const action = async (image: number) => (await byId(`plan-action-${image}`)).dataset.action;
const field = (id: string) => createWrapper().findInput(`[data-testid="${id}"]`);

describe("a tag that points to another image", () => {
  it("is overwritten if the user chooses it and the tag is mutable", async () => {
    const backend = inConflict(true);
    await waitFor(async () => expect(await action(0)).toBe("conflict"));
    await choose("overwrite");
    await waitFor(async () => expect(await action(0)).toBe("overwrite"));
    await start(backend);
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
  });

  it("cannot be replaced where the repository keeps its tags", async () => {
    inConflict(false);
    await waitFor(async () => expect(await action(0)).toBe("conflict"));
    const choice = createWrapper().findSelect('[data-testid="conflict-0"]');
    act(() => choice?.openDropdown());
    await screen.findByText("The repository’s tags are immutable.");
  });

  it("is copied under another tag, which is asked for as tags are", async () => {
    const backend = inConflict(false);
    await waitFor(async () => expect(await action(0)).toBe("conflict"));
    await choose("new_tag");
    await byId("conflict-tag-0");
    act(() => field("conflict-tag-0")?.setInputValue("a tag"));
    await screen.findByText(/Use up to 128 letters/);
    expect((await byId("wizard-start")).getAttribute("aria-disabled")).toBe("true");
    act(() => field("conflict-tag-0")?.setInputValue("latest-hub"));
    const use = await screen.findByText("Use tag");
    act(() => use.click());
    await waitFor(async () => expect(await action(0)).toBe("move"));
    expect(document.body.textContent).toContain("pgcli:latest-hub");
    await start(backend);
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
  });
});

describe("the image that ECR has under a tag", () => {
  const existing = { size_bytes: 48_000, pushed_at_ms: Date.now() - 3 * 24 * 60 * 60 * 1000 };
  const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
  const conflict = (change: Partial<PlannedImage>) =>
    atReview({
      answers: {
        migrationPlan: async (request) =>
          recordedPlan(request, {
            images: request.images.map((selected) => ({
              ...recordedImage(request, selected),
              action: { kind: "conflict", overwrite_allowed: true },
              source_digest: digest("a"),
              destination_digest: digest("b"),
              size_bytes: 52_000,
              ...change,
            })),
          }),
      },
    });
  const tooltip = async (id: string) => (await byId(id)).getAttribute("title");

  it("is shown with digest, date and size", async () => {
    conflict({ existing });
    expect(await textOf("plan-digests-0")).toBe("aaaaaaa ≠ bbbbbbb, 3 days ago");
    expect(await textOf("plan-sizes-0")).toBe("52 kB ≠ 48 kB");
    for (const part of [digest("a"), digest("b"), "Pushed", "48 kB"]) {
      expect(await tooltip("plan-digests-0")).toContain(part);
    }
  });

  it.each([
    ["without a size", { ...existing, size_bytes: null }, "Size unknown"],
    ["without a date", { ...existing, pushed_at_ms: null }, "Push date unknown"],
  ])("is shown %s where ECR didn’t report it", async (_, known, text) => {
    conflict({ existing: known });
    expect(await tooltip("plan-digests-0")).toContain(text);
    expect(await textOf("plan-digests-0")).toMatch(/≠ bbbbbbb(, 3 days ago)?$/);
    expect(screen.queryByTestId("plan-sizes-0") === null).toBe(known.size_bytes === null);
  });

  it("has no size of 0 bytes where the size wasn’t read", async () => {
    conflict({
      action: { kind: "already_there" },
      destination_digest: digest("a"),
      size_bytes: null,
    });
    await byId("plan-action-0");
    expect((await byId("plan-images")).textContent).not.toContain("0 B");
  });
});

describe("the plan", () => {
  it("says how far it is while it is made, and is stopped on request", async () => {
    let finish: ((plan: null) => void) | null = null;
    const backend = atReview({
      answers: {
        migrationPlan: async (request, _attempt, onProgress) => {
          if (finish !== null) {
            return recordedPlan(request);
          }
          onProgress({ looked_at: 120, images: 6000 });
          return new Promise((resolve) => {
            finish = resolve;
          });
        },
      },
    });
    expect(await textOf("plan-progress")).toContain("120 of 6,000 images checked");
    await expectAccessible(await byId("plan-progress"));
    await click("plan-stop");
    const cancelled = backend.calls.find(({ method }) => method === "migrationPlanCancel");
    const planned = backend.calls.find(({ method }) => method === "migrationPlan");
    expect(cancelled?.args[0]).toBe(planned?.args[1]);
    act(() => finish?.(null));
    await click("plan-again");
    await byId("plan-images");
  });

  it("saves its choices as a profile, and says so once", async () => {
    atReview();
    await byId("plan-images");
    await click("save-profile-open");
    await byId("save-profile-dialog");
    act(() => field("save-profile-name")?.setInputValue("Production"));
    await click("save-profile");
    const notices = await byId("notices");
    await waitFor(() => expect(notices.textContent).toContain("Production"));
    expect(notices.textContent?.match(/saved/g)).toHaveLength(1);
  });

  it("can’t be downloaded or started while a newer one is made", async () => {
    let plans = 0;
    inConflict(true, () => {
      plans += 1;
      return plans === 1 ? null : new Promise(() => {});
    });
    await byId("conflict-0");
    expect(isDisabled("plan-export")).toBe(false);
    await choose("overwrite");
    await waitFor(() => expect(plans).toBe(2));
    expect(isDisabled("plan-export")).toBe(true);
    expect(isDisabled("wizard-start")).toBe(true);
  });

  it("shows what exists, the estimated time, and the required pulls", async () => {
    atReview(
      planned({
        totals: { there_bytes: 1_500_000_000 },
        expected: { elapsed_ms: 720_000, bytes_per_second: 40_000_000, migrations: 2 },
        pull_quota: { needed: 214, left: 37, window_seconds: 21_600 },
      }),
    );
    const totals = await textOf("plan-totals");
    expect(totals).toContain("1.5 GB of layers already in ECR");
    expect(totals).toContain("about 12 min");
    expect((await byId("plan-time")).title).toBe(
      "about 12 min at 40 MB/s, based on the last 2 similar migrations",
    );
    expect(totals).toContain("214 pulls required, 37 remaining");
    expect(totals).toContain("The migration waits and then continues automatically.");
  });

  it.each(["images", "repositories"])(
    "keeps the filter of its %s in another tab",
    async (table) => {
      atReview();
      await byId("plan-tabs");
      const show = (tab: string) =>
        act(() => createWrapper().findTabs()?.findTabLinkById(`plan-tab-${tab}`)?.click());
      const tab = table === "images" ? "copies" : table;
      const filter = () =>
        createWrapper().findTextFilter(`[data-testid="plan-${table}-search"]`)?.findInput();
      show(tab);
      act(() => filter()?.setInputValue("pgcli"));
      show("permissions");
      show(tab);
      expect(filter()?.getInputValue()).toBe("pgcli");
    },
  );

  it("shows its commands for the selected tool", async () => {
    atReview();
    await byId("plan-tabs");
    act(() => createWrapper().findTabs()?.findTabLinkById("plan-tab-commands")?.click());
    const tools = createWrapper().findSegmentedControl('[data-testid="commands-tool"]');
    expect(await textOf("commands")).toContain("skopeo copy");
    act(() => tools?.findSegmentById("crane")?.click());
    await waitFor(async () => expect(await textOf("commands")).toContain("crane copy"));
  });
});

describe("signatures and attestations", () => {
  const tag = (name: string, destination: string | null) => ({
    tag: `sha256-${name}.sig`,
    source_digest: "sha256:ours",
    destination_digest: destination,
  });

  it("are counted, and each tag says what happens to it on demand", async () => {
    const tags = [tag("aa", null), tag("bb", "sha256:theirs"), tag("cc", "sha256:ours")];
    atReview({
      answers: {
        migrationPlan: async (request) =>
          recordedPlan(request, {
            images: request.images.map((selected, place) => ({
              ...recordedImage(request, selected),
              referrer_tags: place === 0 ? tags : [],
            })),
            totals: { referrer_tags: 1, referrer_tags_kept: 1 },
          }),
      },
    });
    expect(await textOf("plan-totals")).toContain("1 tag to copy, 1 tag kept in ECR");
    expect(await textOf("plan-referrers-0")).toBe("3 signature or attestation tags, 1 kept in ECR");
    await click("plan-referrers-0");
    await screen.findByText("sha256-aa.sig: copied");
    await screen.findByText("sha256-bb.sig: kept in ECR (differs from the source)");
    await screen.findByText("sha256-cc.sig: already in ECR");
    expect(screen.queryByTestId("plan-referrers-1")).toBeNull();
    await expectAccessible(await byId("plan-images"));
  });
});

describe("what may serve better", () => {
  it("is blob mounting where repositories share layers, and its call is shown first", async () => {
    const backend = atReview(planned({ totals: { mountable_bytes: 3_200_000_000 } }));
    expect(await textOf("mounting-offer")).toContain("would save 3.2 GB");
    await click("offer-mounting");
    expect(await textOf("offer-commands")).toContain("--name BLOB_MOUNTING --value ENABLED");
    await expectAccessible(await byId("offer-modal"));
    expect(backend.calls.some(({ method }) => method === "registryOfferAccept")).toBe(false);
    await click("offer-confirm");
    await waitFor(() => expect(screen.queryByTestId("mounting-offer")).toBeNull());
  });

  it("is a template or a cache rule, and nothing is written without its button", async () => {
    const backend = openWindow({ draft: { ...draft, step: "repositories", prefix: "team/" } });
    await click("other-options-open");
    await byId("registry-offers");
    await click("offer-cache");
    expect(field("offer-prefix")?.findNativeInput().getElement().value).toBe("team");
    expect((await byId("offer-confirm")).getAttribute("aria-disabled")).toBe("true");
    await click("offer-cancel");
    await click("offer-template");
    expect(await textOf("offer-commands")).toContain("create create_on_push --prefix team");
    await click("offer-confirm");
    await screen.findByText("Exists for team");
    const accepted = backend.calls.filter(({ method }) => method === "registryOfferAccept");
    expect(accepted).toHaveLength(1);
    expect(accepted[0]?.args[1]).toMatchObject({ kind: "create_on_push", prefix: "team" });
  });
});
