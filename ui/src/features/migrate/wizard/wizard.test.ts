import { describe, expect, it } from "vitest";
import type {
  ChosenTags,
  ImageSource,
  MigrationRequest,
  SavedProfile,
  Selection,
} from "../../../ipc/generated";
import { profileConnection } from "../../../shared/connection";
import { defaultRepositorySettings } from "../../../shared/repositorySettings";
import { type Draft, emptyDraft, holdsWork, parseDraft, repositoryNames, requestOf } from "./draft";
import { draftReducer } from "./reducer";
import type { ProposedNaming } from "./useProposedNames";
import { imagesProblem, nameProblems, repositoriesProblem } from "./validation";

const filled: Draft = {
  ...emptyDraft,
  connection: { kind: "practice" },
  source: { kind: "practice_account" },
  images: [
    { repository: "dencold/pgcli", tag: "latest" },
    { repository: "dencold/pgcli", tag: "4.3.0" },
    { repository: "dencold/webapp", tag: "2.1.0" },
  ],
};
const image = { repository: "dencold/pgcli", tag: "latest" };
const chosen = draftReducer(filled, {
  type: "conflict_chosen",
  image,
  resolution: { kind: "keep_existing" },
});

const proposals = new Map([
  ["dencold/pgcli", "pgcli"],
  ["dencold/webapp", "webapp"],
]);
const names: ProposedNaming = {
  proposals,
  problems: [],
  renamed: [],
  settled: true,
  error: null,
  reload: () => {},
};

describe("the names of repositories", () => {
  it("are those that are proposed, with the prefix", () => {
    const named = repositoryNames({ ...filled, prefix: "team/" }, proposals);
    expect([...named.values()]).toEqual(["team/pgcli", "team/webapp"]);
  });

  it("are kept when the rules change", () => {
    const own = draftReducer(filled, {
      type: "repository_named",
      source: "dencold/pgcli",
      name: "mine",
    });
    const rules = [{ kind: "glob", pattern: "*/*", replacement: "$1-$2" }] as const;
    const ruled = draftReducer(own, { type: "rename_rules_changed", rules });
    const named = repositoryNames(ruled, new Map([["dencold/webapp", "dencold-webapp"]]));
    expect([...named.values()]).toEqual(["mine", "dencold-webapp"]);
  });

  it("stay when a migration is asked for again, and its rules name what is new", () => {
    const rules = [{ kind: "glob", pattern: "*/*", replacement: "$2" }] as const;
    const request = requestOf({ ...filled, prefix: "hub/", renameRules: rules }, proposals, true);
    expect(request?.naming).toEqual({ prefix: "hub/", rules });
    const again = draftReducer(emptyDraft, {
      type: "request_taken",
      request: {
        ...(request as MigrationRequest),
        images: [...filled.images, { repository: "dencold/new", tag: "1" }],
      },
    });
    const named = repositoryNames(again, new Map([["dencold/new", "new"]]));
    expect([...named.values()]).toEqual(["hub/pgcli", "hub/webapp", "hub/new"]);
    expect(again.renameRules).toEqual(rules);
  });
});

describe("the draft", () => {
  it("sets the images aside when another source is chosen, and restores them", () => {
    const next = draftReducer(chosen, { type: "source_chosen", source: { kind: "docker_engine" } });
    expect(next.images).toEqual([]);
    expect(next.choices).toEqual([]);
    expect(holdsWork(next)).toBe(true);
    const back = draftReducer(next, {
      type: "source_chosen",
      source: { kind: "practice_account" },
    });
    expect(back.images).toEqual(chosen.images);
    expect(back.repositories).toEqual(chosen.repositories);
    expect(back.choices).toEqual([]);
  });

  it("chooses the same for several conflicts, and replaces earlier choices", () => {
    const other = { repository: "dencold/webapp", tag: "1.0" };
    const resolution = { kind: "overwrite" } as const;
    const next = draftReducer(chosen, {
      type: "conflicts_chosen",
      images: [image, other],
      resolution,
    });
    expect(next.choices).toEqual([
      { image, resolution },
      { image: other, resolution },
    ]);
  });

  it("keeps images of a pasted ECR reference when its profile is chosen", () => {
    const ecr = (profile: string): ImageSource => ({
      kind: "ecr",
      connection: profileConnection(profile, "us-east-1"),
    });
    const pasted = { source: ecr(""), repository: "svc", tag: "1", digest: null };
    const draft = draftReducer(filled, { type: "reference_pasted", pasted });
    expect(draft.images).toEqual([{ repository: "svc", tag: "1" }]);
    const named = draftReducer(draft, { type: "source_chosen", source: ecr("prod") });
    expect(named.images).toEqual(draft.images);
    const other = draftReducer(named, { type: "source_chosen", source: ecr("test") });
    expect(other.images).toEqual([]);
  });

  it("gets source, repository and tag of a pasted reference", () => {
    const registry: ImageSource = { kind: "registry", host: "ghcr.io", plain_http: false };
    const paste = (
      draft: Draft,
      source: ImageSource,
      repository: string | null,
      tag: string | null,
    ) =>
      draftReducer(draft, {
        type: "reference_pasted",
        pasted: { source, repository, tag, digest: null },
      });
    const other = paste(filled, registry, "team/app", "1");
    expect(other).toMatchObject({
      source: registry,
      typedRepositories: ["team/app"],
      images: [{ repository: "team/app", tag: "1" }],
    });
    expect(paste(other, registry, "team/app", null)).toEqual({ ...other, selection: null });
    expect(paste(other, registry, null, null)).toEqual(other);
    const both: ImageSource = { kind: "practice_account", namespace: "dencold, acme" };
    const added = paste(filled, both, "acme/ledger", "1");
    expect(added.images).toEqual([...filled.images, { repository: "acme/ledger", tag: "1" }]);
    expect(added.typedRepositories).toEqual([]);
  });

  it("keeps images when the same source is chosen again", () => {
    const next = draftReducer(filled, {
      type: "source_chosen",
      source: { kind: "practice_account" },
    });
    expect(next.images).toHaveLength(3);
  });

  it("proposes the practice account with practice, and leaves it with a profile", () => {
    const practice = draftReducer(emptyDraft, {
      type: "connection_chosen",
      connection: { kind: "practice" },
    });
    expect(practice.source).toEqual({ kind: "practice_account" });
    const left = draftReducer(practice, {
      type: "connection_chosen",
      connection: {
        kind: "profile",
        profile: "prod",
        region: null,
        ecr_endpoint: null,
        registry_endpoint: null,
      },
    });
    expect(left.source).toBeNull();
  });

  it("takes a choice back with the image that it was for", () => {
    expect(chosen.choices).toHaveLength(1);
    const next = draftReducer(chosen, {
      type: "images_selected",
      images: chosen.images.filter((one) => one.tag !== "latest"),
    });
    expect(next.choices).toEqual([]);
  });

  it("takes choices back when the repository gets another name", () => {
    const next = draftReducer(chosen, {
      type: "repository_named",
      source: "dencold/pgcli",
      name: "other",
    });
    expect(next.choices).toEqual([]);
  });

  it("adds images once", () => {
    const next = draftReducer(filled, {
      type: "images_added",
      source: { kind: "practice_account" },
      images: [image, { repository: "a", tag: "b" }],
    });
    expect(next.images).toHaveLength(4);
  });

  it.each<[string, ImageSource, ImageSource, string[]]>([
    [
      "the same registry",
      { kind: "registry", host: "ghcr.io", plain_http: false },
      { kind: "registry", host: "ghcr.io", plain_http: false },
      ["a/x", "b/y"],
    ],
    [
      "another registry",
      { kind: "registry", host: "quay.io", plain_http: false },
      { kind: "registry", host: "ghcr.io", plain_http: false },
      [],
    ],
    [
      "another AWS account",
      { kind: "ecr", connection: profileConnection("one") },
      { kind: "ecr", connection: profileConnection("two") },
      [],
    ],
    [
      "a Docker Hub with fewer namespaces",
      { kind: "docker_hub", namespace: "a" },
      { kind: "docker_hub", namespace: "a,b" },
      ["a/x"],
    ],
    [
      "a Docker Hub with more namespaces",
      { kind: "docker_hub", namespace: "a,b,c" },
      { kind: "docker_hub", namespace: "a,b" },
      ["a/x", "b/y"],
    ],
    ["another kind", { kind: "docker_engine" }, { kind: "docker_hub", namespace: "a" }, []],
  ])("selects in %s only what was read from it", (_, source, from, repositories) => {
    const images = ["a/x", "b/y"].map((repository) => ({ repository, tag: "1" }));
    const next = draftReducer(
      { ...emptyDraft, source },
      { type: "images_added", source: from, images },
    );
    expect(next.images.map(({ repository }) => repository)).toEqual(repositories);
    const selection = { repositories: [], rules: {} } as unknown as Selection;
    const chosen = { images, size_bytes: 1, sizes_unknown: 0 } as unknown as ChosenTags;
    const ruled = draftReducer(
      { ...emptyDraft, source },
      { type: "rules_applied", source: from, selection, chosen },
    );
    const isSame = JSON.stringify(source) === JSON.stringify(from);
    expect(ruled.selection).toBe(isSame ? selection : null);
    expect(ruled.images).toHaveLength(isSame ? 2 : 0);
  });

  it("has no rules of a selection that was set aside when a list replaces it", () => {
    const source = { kind: "docker_hub", namespace: "a" } as const;
    const ruled: Draft = {
      ...emptyDraft,
      source,
      images: [image],
      selection: { repositories: [], rules: {} } as unknown as Selection,
    };
    const away = draftReducer(ruled, { type: "source_chosen", source: { kind: "docker_engine" } });
    const taken = draftReducer(away, { type: "selection_replaced", source, images: [image] });
    expect(taken.selection).toBeNull();
  });

  it("takes everything that a saved profile holds", () => {
    const profile: SavedProfile = {
      id: "1",
      name: "Production",
      connection: { kind: "practice" },
      account_id: null,
      repository_prefix: "team/",
      rename_rules: [{ kind: "glob", pattern: "*/*", replacement: "$2" }],
      template: { ...defaultRepositorySettings, scan_on_push: true },
      source: { kind: "docker_engine" },
      is_default: true,
    };
    const used = draftReducer(emptyDraft, { type: "saved_profile_used", profile });
    expect(used).toMatchObject({
      savedProfile: "1",
      prefix: "team/",
      renameRules: profile.rename_rules,
      source: { kind: "docker_engine" },
    });
    const preset = draftReducer(filled, { type: "saved_profile_preset", profile });
    expect(preset).toBe(filled);
  });

  it("keeps where to and how, and nothing else, for another migration", () => {
    const next = draftReducer(
      { ...chosen, step: "review", prefix: "team/" },
      { type: "started_over" },
    );
    expect(next).toEqual({
      ...emptyDraft,
      connection: filled.connection,
      source: filled.source,
      prefix: "team/",
    });
  });

  it("holds work from the first image on, and not where a profile or a source is chosen", () => {
    const profile = { ...emptyDraft, connection: filled.connection, source: filled.source };
    expect(holdsWork(emptyDraft)).toBe(false);
    expect(holdsWork({ ...profile, step: "images" })).toBe(false);
    expect(holdsWork({ ...profile, savedProfile: "team", prefix: "team/" })).toBe(false);
    expect(holdsWork(filled)).toBe(true);
    expect(holdsWork({ ...profile, typedRepositories: ["team/webapp"] })).toBe(true);
    expect(holdsWork({ ...profile, repositories: { a: { name: "b", settings: null } } })).toBe(
      true,
    );
    expect(holdsWork({ ...profile, prefix: "team/" })).toBe(true);
  });

  it("is read back as it was kept, and not where it is no draft", () => {
    expect(parseDraft(JSON.parse(JSON.stringify(chosen)))).toEqual(chosen);
    expect(parseDraft(null)).toBeNull();
    expect(parseDraft({ ...chosen, version: 0 })).toBeNull();
    expect(parseDraft({ version: 1 })).toBeNull();
    // Drafts of earlier versions stored the index of the step.
    expect(parseDraft({ ...chosen, step: 2 })?.step).toBe("repositories");
    for (const step of [3, 4, "login"]) {
      expect(parseDraft({ ...chosen, step })?.step).toBe("review");
    }
    expect(parseDraft({ ...chosen, step: 9 })).toBeNull();
    expect(parseDraft({ ...chosen, step: "unknown" })).toBeNull();
  });

  it("becomes a request with one mapping for each repository", () => {
    const request = requestOf({ ...chosen, prefix: "p/" }, proposals, true);
    expect(request?.repositories.map((one) => one.repository_name)).toEqual([
      "p/pgcli",
      "p/webapp",
    ]);
    expect(request?.choices).toHaveLength(1);
    expect(requestOf(emptyDraft, proposals, true)).toBeNull();
  });
});

describe("the problem of a step", () => {
  it("is an image that is missing", () => {
    expect(imagesProblem({ ...filled, images: [] })).toMatch(/at least one tag/);
    expect(imagesProblem(filled)).toBeNull();
  });

  it("is a registry host with a path", () => {
    const source = { kind: "registry", host: "ghcr.io/team", plain_http: false } as const;
    expect(imagesProblem({ ...filled, source })).toMatch(/Enter a host name/);
  });

  it("is a name that two repositories share", () => {
    const draft = draftReducer(filled, {
      type: "repository_named",
      source: "dencold/webapp",
      name: "pgcli",
    });
    const problems = nameProblems(draft, proposals);
    expect(problems.get("dencold/pgcli")).toMatch("“dencold/webapp” has the same name");
    expect(problems.get("dencold/webapp")).toMatch("“dencold/pgcli” has the same name");
    expect(repositoriesProblem(draft, names)).not.toBeNull();
    expect(repositoriesProblem(filled, names)).toBeNull();
  });

  it("is an invalid rule, and names that aren't loaded", () => {
    expect(repositoriesProblem(filled, { ...names, problems: [null, "no"] })).toMatch(/rules/);
    expect(repositoriesProblem(filled, { ...names, settled: false })).toMatch(/Generating names/);
  });

  it("is a template that ECR refuses", () => {
    const template = {
      ...defaultRepositorySettings,
      tag_mutability: "immutable_with_exclusion",
    } as const;
    expect(repositoriesProblem({ ...filled, template }, names)).toMatch(/settings/);
  });
});
