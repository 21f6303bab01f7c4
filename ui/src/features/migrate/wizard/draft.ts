import type {
  AwsConnection,
  ConflictChoice,
  CopyExtent,
  ImageSource,
  MigrationRequest,
  RenameRule,
  RepositorySettings,
  SelectedImage,
  Selection,
} from "../../../ipc/generated";
import { defaultRepositorySettings } from "../../../shared/repositorySettings";

/** What a person chose for one repository of the source. */
export interface RepositoryChoice {
  /** The ECR name without the prefix; nothing means the one that Transload proposes. */
  readonly name: string | null;
  /** Settings instead of the template's. */
  readonly settings: RepositorySettings | null;
}

/** The size of a selection, and of how many tags it is not known. */
export interface SelectionSize {
  readonly bytes: number;
  readonly unknown: number;
}

/** Everything that a person said in the wizard so far. It holds no secret. */
export interface Draft {
  /** Changes when drafts of an older version can no longer be read. */
  readonly version: 1;
  /** Index of the step that is shown. */
  readonly step: number;
  readonly connection: AwsConnection | null;
  /** The saved profile that the connection came from. */
  readonly savedProfile: string | null;
  /** The account that was behind the choice before: of the saved profile, or of an earlier run. */
  readonly expectedAccount: string | null;
  /** The account that the person said is right, though it is another one than expected. */
  readonly confirmedAccount: string | null;
  /** What the person goes on without: an account and the actions that are missing in it. */
  readonly acceptedMissing: string | null;
  /** The lifecycle policies that the person confirmed, with what they expire. */
  readonly confirmedExpiry: string | null;
  readonly source: ImageSource | null;
  /** Repositories of another registry that were typed by name. */
  readonly typedRepositories: readonly string[];
  readonly images: readonly SelectedImage[];
  /** The rules that chose the images; nothing where a person ticked them. */
  readonly selection: Selection | null;
  /** What the rules said of the size of what they chose; it means nothing without them. */
  readonly ruledSize: SelectionSize | null;
  readonly prefix: string;
  /** How names are made from those of the source, before the prefix. */
  readonly renameRules: readonly RenameRule[];
  readonly template: RepositorySettings;
  /** By repository of the source. */
  readonly repositories: Readonly<Record<string, RepositoryChoice>>;
  /** What of each image comes along, from registry to registry. */
  readonly extent: CopyExtent;
  readonly choices: readonly ConflictChoice[];
  /** Dollars for one GB in ECR for a month. */
  readonly storageRate: number;
}

/** Price of ECR storage in most regions. Source: AWS's price list, read in March 2026. */
export const defaultStorageRate = 0.1;

/** Everything that belongs to an image. */
export const wholeImages: CopyExtent = { platform: null, referrers: true };

/** A draft in which nothing was chosen. */
export const emptyDraft: Draft = {
  version: 1,
  step: 0,
  connection: null,
  savedProfile: null,
  expectedAccount: null,
  confirmedAccount: null,
  acceptedMissing: null,
  confirmedExpiry: null,
  source: null,
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

/** Whether a draft holds what takes a person work to say again: images, or what comes after them. */
export function holdsWork(draft: Draft): boolean {
  // What a saved profile brought along comes back with it.
  const naming = ({ prefix, renameRules, template }: Draft) =>
    JSON.stringify([prefix, renameRules, template]);
  return (
    draft.images.length > 0 ||
    draft.typedRepositories.length > 0 ||
    // Names and settings stay when the last image is taken away.
    Object.keys(draft.repositories).length > 0 ||
    (draft.savedProfile === null && naming(draft) !== naming(emptyDraft))
  );
}

/** A draft that was kept; nothing where it is none, or of another version. */
export function parseDraft(kept: unknown): Draft | null {
  if (typeof kept !== "object" || kept === null) {
    return null;
  }
  const fields = kept as Partial<Draft>;
  const whole =
    fields.version === 1 &&
    typeof fields.step === "number" &&
    Array.isArray(fields.images) &&
    Array.isArray(fields.typedRepositories) &&
    Array.isArray(fields.choices) &&
    typeof fields.prefix === "string" &&
    typeof fields.template === "object" &&
    typeof fields.repositories === "object" &&
    typeof fields.storageRate === "number";
  // What a newer version asks in addition has its usual answer.
  return whole ? { ...emptyDraft, ...(fields as Draft) } : null;
}

/** What an image is told apart by: neither part holds a blank. */
export function imageKey(image: SelectedImage): string {
  return `${image.repository} ${image.tag}`;
}

/** Two choices of one image, by repository and tag. */
export function sameImage(one: SelectedImage, other: SelectedImage): boolean {
  return one.repository === other.repository && one.tag === other.tag;
}

/** The source repositories of the selection, in the order in which they were chosen. */
export function selectedRepositories(images: readonly SelectedImage[]): string[] {
  return [...new Set(images.map((image) => image.repository))];
}

/** The names that the program proposes, without the prefix, by source repository. */
export type Proposals = ReadonlyMap<string, string>;

/** Where each source repository goes, prefix included. */
export function repositoryNames(draft: Draft, proposals: Proposals): Map<string, string> {
  return new Map(
    selectedRepositories(draft.images).map((source) => [
      source,
      draft.prefix + (draft.repositories[source]?.name ?? proposals.get(source) ?? source),
    ]),
  );
}

/** The request of a draft whose steps are all filled in; nothing before that. */
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
    // A person confirms a plan, not a request.
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

/** Index of the step that shows the plan. */
export const reviewStep = 4;

/**
 * The draft that asks for the same as a request did; it shows the plan at once. Repositories keep
 * the names that they had; new ones are named by the rules. The account of then is the one that is
 * expected.
 */
export function draftOf(
  request: MigrationRequest,
  before: Draft,
  account: string | null = null,
): Draft {
  // A draft knows names behind its prefix only.
  const { prefix } = request.naming;
  const kept = request.repositories.every(({ repository_name }) =>
    repository_name.startsWith(prefix),
  )
    ? prefix
    : "";
  return {
    ...emptyDraft,
    step: reviewStep,
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
