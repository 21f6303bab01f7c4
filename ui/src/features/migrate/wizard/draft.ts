/** What the user chose in the wizard so far, how it is stored, and the request that it makes. */
import type {
  AwsConnection,
  ConflictChoice,
  CopyScope,
  ImageSource,
  MigrationRequest,
  RenameRule,
  RepositorySettings,
  SelectedImage,
  Selection,
} from "../../../ipc/generated";
import { defaultRepositorySettings } from "../../../shared/repositorySettings";

/** Choices for one source repository. */
export interface RepositoryChoice {
  /** The ECR name without the prefix, or `null` for the proposed name. */
  readonly name: string | null;
  /** Custom settings, or `null` for the template. */
  readonly settings: RepositorySettings | null;
}

export interface SelectionSize {
  readonly bytes: number;
  readonly unknown: number;
}

/** What belongs to a source, and is restored with it. */
export interface SourceSelection {
  readonly images: readonly SelectedImage[];
  readonly selection: Selection | null;
  readonly ruledSize: SelectionSize | null;
  readonly typedRepositories: readonly string[];
  readonly repositories: Readonly<Record<string, RepositoryChoice>>;
}

export const stepOrder = ["connection", "images", "repositories", "review"] as const;

export type StepId = (typeof stepOrder)[number];

/** Whether the wizard has reached a step. */
export function hasReached(draft: Draft, step: StepId): boolean {
  return stepOrder.indexOf(draft.step) >= stepOrder.indexOf(step);
}

/** All choices in the wizard. Contains no secrets. */
export interface Draft {
  /** Increases when older drafts can no longer be read. */
  readonly version: 1;
  readonly step: StepId;
  readonly connection: AwsConnection | null;
  /** The saved profile of the connection. */
  readonly savedProfile: string | null;
  /** The expected account: of the saved profile, or of an earlier migration. */
  readonly expectedAccount: string | null;
  /** The account that the user confirmed, although it isn't the expected one. */
  readonly confirmedAccount: string | null;
  /** The account and the missing actions that the user accepted. */
  readonly acceptedMissing: string | null;
  /** The confirmed lifecycle policies with the images that they expire. */
  readonly confirmedExpiry: string | null;
  readonly source: ImageSource | null;
  /** Selections of other sources, restored when the user returns to the source. */
  readonly setAside: Readonly<Record<string, SourceSelection>>;
  /** Repositories that the user entered by name. */
  readonly typedRepositories: readonly string[];
  readonly images: readonly SelectedImage[];
  /** The rules of the selection, or `null` if images were selected manually. */
  readonly selection: Selection | null;
  /** Size reported by the rules. Valid only with rules. */
  readonly ruledSize: SelectionSize | null;
  readonly prefix: string;
  /** Rename rules, applied before the prefix. */
  readonly renameRules: readonly RenameRule[];
  readonly template: RepositorySettings;
  /** By source repository. */
  readonly repositories: Readonly<Record<string, RepositoryChoice>>;
  readonly extent: CopyScope;
  readonly choices: readonly ConflictChoice[];
  /** ECR storage price in USD per GB-month. */
  readonly storageRate: number;
}

/** Price of ECR storage in most regions. Source: AWS's price list, read in March 2026. */
const defaultStorageRate = 0.1;

/** All referrers and platforms. */
const wholeImages: CopyScope = { platform: null, referrers: true };

export const emptyDraft: Draft = {
  version: 1,
  step: "connection",
  connection: null,
  savedProfile: null,
  expectedAccount: null,
  confirmedAccount: null,
  acceptedMissing: null,
  confirmedExpiry: null,
  source: null,
  setAside: {},
  typedRepositories: [],
  images: [],
  selection: null,
  ruledSize: null,
  prefix: "",
  renameRules: [],
  template: defaultRepositorySettings,
  repositories: {},
  extent: wholeImages,
  choices: [],
  storageRate: defaultStorageRate,
};

/** Whether the user would lose work if the draft were reset. */
export function holdsWork(draft: Draft): boolean {
  // Values of a saved profile are restored with the profile.
  const naming = ({ prefix, renameRules, template }: Draft) =>
    JSON.stringify([prefix, renameRules, template]);
  return (
    draft.images.length > 0 ||
    draft.typedRepositories.length > 0 ||
    Object.keys(draft.setAside).length > 0 ||
    // Names and settings are kept when the last image is deselected.
    Object.keys(draft.repositories).length > 0 ||
    (draft.savedProfile === null && naming(draft) !== naming(emptyDraft))
  );
}

/** The steps of earlier versions. The registry login is a check in Review now. */
const earlierSteps = ["connection", "images", "repositories", "login", "review"];

/** Parses a stored step. Drafts of earlier versions stored its index, or had the step `login`. */
function parseStep(stored: unknown): StepId | null {
  const step = typeof stored === "number" ? earlierSteps[stored] : stored;
  return step === "login" ? "review" : (stepOrder.find((id) => id === step) ?? null);
}

/** Parses a stored draft. Returns `null` if it is invalid or has another version. */
export function parseDraft(kept: unknown): Draft | null {
  if (typeof kept !== "object" || kept === null) {
    return null;
  }
  const fields = kept as Partial<Draft>;
  const step = parseStep(fields.step);
  const whole =
    fields.version === 1 &&
    step !== null &&
    Array.isArray(fields.images) &&
    Array.isArray(fields.typedRepositories) &&
    Array.isArray(fields.choices) &&
    typeof fields.prefix === "string" &&
    typeof fields.template === "object" &&
    typeof fields.repositories === "object" &&
    typeof fields.storageRate === "number";
  // Fields of newer versions get their defaults.
  return whole ? { ...emptyDraft, ...(fields as Draft), step } : null;
}

/** Key of an image. Neither part contains a blank. */
export function imageKey(image: SelectedImage): string {
  return `${image.repository} ${image.tag}`;
}

/** Whether two selections are the same repository and tag. */
export function sameImage(one: SelectedImage, other: SelectedImage): boolean {
  return one.repository === other.repository && one.tag === other.tag;
}

/** Source repositories in the order of the selection. */
export function selectedRepositories(images: readonly SelectedImage[]): string[] {
  return [...new Set(images.map((image) => image.repository))];
}

/** Proposed names without the prefix, by source repository. */
export type Proposals = ReadonlyMap<string, string>;

/** ECR names including the prefix, by source repository. */
export function repositoryNames(draft: Draft, proposals: Proposals): Map<string, string> {
  return new Map(
    selectedRepositories(draft.images).map((source) => [
      source,
      draft.prefix + (draft.repositories[source]?.name ?? proposals.get(source) ?? source),
    ]),
  );
}

/** Converts a complete draft into a migration request, or returns `null`. */
export function requestOf(
  draft: Draft,
  proposals: Proposals,
  removeTemporaryTags: boolean,
): MigrationRequest | null {
  if (draft.connection === null || draft.source === null || draft.images.length === 0) {
    return null;
  }
  return {
    connection: draft.connection,
    source: draft.source,
    images: [...draft.images],
    repositories: [...repositoryNames(draft, proposals)].map(([source, name]) => ({
      source_repository: source,
      repository_name: name,
      settings: draft.repositories[source]?.settings ?? null,
    })),
    template: draft.template,
    choices: [...draft.choices],
    // Users confirm a plan, not a request.
    expiry_confirmed: [],
    selection: draft.selection,
    naming: { prefix: draft.prefix, rules: [...draft.renameRules] },
    remove_temporary_tags: removeTemporaryTags,
    extent:
      draft.source.kind === "docker_engine"
        ? { ...wholeImages, platform: draft.extent.platform }
        : draft.extent,
  };
}

/**
 * Creates a draft from a recorded request and opens Review. Repositories keep their names. The
 * recorded account is expected.
 */
export function draftOf(
  request: MigrationRequest,
  before: Draft,
  account: string | null = null,
): Draft {
  // Drafts store names without the prefix.
  const { prefix } = request.naming;
  const kept = request.repositories.every(({ repository_name }) =>
    repository_name.startsWith(prefix),
  )
    ? prefix
    : "";
  return {
    ...emptyDraft,
    step: "review",
    connection: request.connection,
    expectedAccount: account,
    source: request.source,
    typedRepositories:
      request.source.kind === "registry"
        ? request.repositories.map(({ source_repository }) => source_repository)
        : [],
    images: request.images,
    selection: request.selection ?? null,
    template: request.template,
    repositories: Object.fromEntries(
      request.repositories.map(({ source_repository, repository_name, settings }) => [
        source_repository,
        { name: repository_name.slice(kept.length), settings },
      ]),
    ),
    prefix: kept,
    renameRules: request.naming.rules,
    extent: request.extent,
    choices: request.choices,
    storageRate: before.storageRate,
  };
}
