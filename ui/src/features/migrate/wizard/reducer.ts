/**
 * Every change of the wizard’s draft, as a pure function of the draft and an action. `useDraft`
 * applies it.
 */
import type {
  AwsConnection,
  ChosenTags,
  ConflictChoice,
  ConflictResolution,
  CopyScope,
  ImageSource,
  MigrationRequest,
  PastedSource,
  RenameRule,
  RepositorySettings,
  SavedProfile,
  SelectedImage,
  Selection,
} from "../../../ipc/generated";
import { type HubSource, isHub, sourceNamespaces } from "../../../shared/namespaces";
import {
  type Draft,
  draftOf,
  emptyDraft,
  imageKey,
  type RepositoryChoice,
  type SourceSelection,
  type StepId,
  sameImage,
} from "./draft";

/** Actions of the user in the wizard. */
export type DraftAction =
  | { type: "step_shown"; step: StepId }
  | { type: "connection_chosen"; connection: AwsConnection; savedProfile?: string | null }
  | { type: "saved_profile_used"; profile: SavedProfile }
  /** Sets a default if nothing was selected. */
  | { type: "saved_profile_preset"; profile: SavedProfile }
  /** Confirms an unexpected account, or withdraws the confirmation. */
  | { type: "account_confirmed"; account: string | null }
  /** The saved profile was updated with this account. */
  | { type: "account_saved"; account: string }
  | { type: "missing_accepted"; missing: string | null }
  | { type: "expiry_confirmed"; expiry: string | null }
  | { type: "source_chosen"; source: ImageSource }
  /** Replaces source and selection: with the registries of engine images, or with a list. */
  | { type: "selection_replaced"; source: ImageSource; images: readonly SelectedImage[] }
  | { type: "repository_typed"; repository: string }
  /** Chooses the source, repository and tag of a pasted reference. */
  | { type: "reference_pasted"; pasted: PastedSource }
  | { type: "images_selected"; images: readonly SelectedImage[] }
  /** Adds images that were read from a source. They are dropped if it is no longer the source. */
  | { type: "images_added"; source: ImageSource; images: readonly SelectedImage[] }
  | { type: "rules_applied"; source: ImageSource; selection: Selection; chosen: ChosenTags }
  | { type: "extent_changed"; extent: CopyScope }
  | { type: "prefix_changed"; prefix: string }
  | { type: "rename_rules_changed"; rules: readonly RenameRule[] }
  | { type: "template_changed"; template: RepositorySettings }
  | { type: "repository_named"; source: string; name: string | null }
  | { type: "repository_settings_changed"; source: string; settings: RepositorySettings | null }
  | { type: "conflict_chosen"; image: SelectedImage; resolution: ConflictResolution | null }
  | {
      type: "conflicts_chosen";
      images: readonly SelectedImage[];
      resolution: ConflictResolution;
    }
  | { type: "rate_changed"; rate: number }
  /** Runs a recorded migration again. */
  | { type: "request_taken"; request: MigrationRequest; account?: string }
  | { type: "restored"; draft: Draft }
  | { type: "started_over" }
  /** Practice mode was reset. */
  | { type: "practice_reset" };

function sameConnection(one: AwsConnection | null, other: AwsConnection): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function withChoice(draft: Draft, source: string, part: Partial<RepositoryChoice>): Draft {
  const before = draft.repositories[source] ?? { name: null, settings: null };
  return {
    ...draft,
    repositories: { ...draft.repositories, [source]: { ...before, ...part } },
  };
}

/** Keeps the choices of selected images. */
function choicesOf(draft: Draft, images: readonly SelectedImage[]): readonly ConflictChoice[] {
  const selected = new Set(images.map(imageKey));
  return draft.choices.filter((choice) => selected.has(imageKey(choice.image)));
}

/** The images in the namespaces of a Docker Hub. */
function inNamespaces(
  source: HubSource,
  images: readonly SelectedImage[],
): readonly SelectedImage[] {
  const names = sourceNamespaces(source);
  // Without a name, the source is the practice account, which has no other namespaces.
  return names.length === 0
    ? images
    : images.filter(({ repository }) => names.some((name) => repository.startsWith(`${name}/`)));
}

/** Changes namespaces of one Docker Hub. Selections in remaining namespaces are kept. */
function withNamespacesOf(draft: Draft, source: HubSource): Draft {
  const images = inNamespaces(source, draft.images);
  return { ...draft, source, images, selection: null, choices: choicesOf(draft, images) };
}

const nothingSelected: SourceSelection = {
  images: [],
  selection: null,
  ruledSize: null,
  typedRepositories: [],
  repositories: {},
};

/** A pasted ECR reference names no profile. Choosing one keeps the selection. */
function isWithoutProfile(source: ImageSource | null): boolean {
  return (
    source?.kind === "ecr" &&
    source.connection.kind === "profile" &&
    source.connection.profile === ""
  );
}

function sameSource(one: ImageSource | null, other: ImageSource): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The images that were read from a source and are still those of the draft's source. */
function readFrom(
  { source }: Draft,
  from: ImageSource,
  images: readonly SelectedImage[],
): readonly SelectedImage[] {
  if (isHub(source) && source.kind === from.kind) {
    return inNamespaces(source, images);
  }
  return sameSource(source, from) ? images : [];
}

function withSource(draft: Draft, source: ImageSource): Draft {
  if (sameSource(draft.source, source)) {
    return draft;
  }
  if (isHub(draft.source) && draft.source.kind === source.kind && isHub(source)) {
    return withNamespacesOf(draft, source);
  }
  if (isWithoutProfile(draft.source) && source.kind === "ecr") {
    return { ...draft, source };
  }
  const { images, selection, ruledSize, typedRepositories, repositories } = draft;
  const left = { images, selection, ruledSize, typedRepositories, repositories };
  const selected = draft.source !== null && (images.length > 0 || typedRepositories.length > 0);
  const setAside = selected
    ? { ...draft.setAside, [JSON.stringify(draft.source)]: left }
    : draft.setAside;
  return {
    ...draft,
    source,
    ...(setAside[JSON.stringify(source)] ?? nothingSelected),
    setAside,
    choices: [],
  };
}

/** The reducer of the draft. Only this function resets dependent choices. */
export function draftReducer(draft: Draft, action: DraftAction): Draft {
  switch (action.type) {
    case "step_shown":
      return { ...draft, step: action.step };
    case "connection_chosen": {
      const savedProfile = action.savedProfile ?? null;
      // A profile has the same account in every region.
      const kept = savedProfile !== null && savedProfile === draft.savedProfile;
      const account = kept
        ? { expectedAccount: draft.expectedAccount, confirmedAccount: draft.confirmedAccount }
        : { expectedAccount: null, confirmedAccount: null };
      if (sameConnection(draft.connection, action.connection)) {
        return { ...draft, savedProfile, ...account };
      }
      const practice = action.connection.kind === "practice";
      const left = !practice && draft.source?.kind === "practice_account";
      const next = {
        ...draft,
        ...account,
        connection: action.connection,
        savedProfile,
        choices: [],
      };
      // The practice destination requires the practice source, and vice versa.
      if (practice && draft.source === null) {
        return { ...next, source: { kind: "practice_account" } };
      }
      return left ? { ...next, source: null, images: [], repositories: {} } : next;
    }
    case "saved_profile_used": {
      const { profile } = action;
      const chosen: Draft = {
        ...draft,
        connection: profile.connection,
        savedProfile: profile.id,
        expectedAccount: profile.account_id,
        confirmedAccount: null,
        prefix: profile.repository_prefix,
        renameRules: profile.rename_rules,
        template: profile.template,
        choices: [],
      };
      return profile.source === null ? chosen : withSource(chosen, profile.source);
    }
    case "saved_profile_preset":
      return draft.connection === null
        ? draftReducer(draft, { type: "saved_profile_used", profile: action.profile })
        : draft;
    case "account_confirmed":
      return { ...draft, confirmedAccount: action.account };
    case "account_saved":
      return { ...draft, expectedAccount: action.account, confirmedAccount: null };
    case "missing_accepted":
      return { ...draft, acceptedMissing: action.missing };
    case "expiry_confirmed":
      return { ...draft, confirmedExpiry: action.expiry };
    case "source_chosen":
      return withSource(draft, action.source);
    case "selection_replaced": {
      // Not all registries list their repositories.
      const named = action.source.kind === "registry";
      const repositories = [...new Set(action.images.map(({ repository }) => repository))];
      return {
        ...withSource(draft, action.source),
        images: action.images,
        // A selection that was set aside can have had rules.
        selection: null,
        typedRepositories: named ? repositories : [],
      };
    }
    case "repository_typed":
      return draft.typedRepositories.includes(action.repository)
        ? draft
        : { ...draft, typedRepositories: [...draft.typedRepositories, action.repository] };
    case "reference_pasted": {
      const { source, repository, tag } = action.pasted;
      const next = withSource(draft, source);
      if (repository === null) {
        return next;
      }
      // Not all registries list their repositories.
      const named =
        source.kind === "registry"
          ? draftReducer(next, { type: "repository_typed", repository })
          : next;
      return tag === null
        ? named
        : draftReducer(named, { type: "images_added", source, images: [{ repository, tag }] });
    }
    case "images_selected":
      return {
        ...draft,
        images: action.images,
        selection: null,
        choices: choicesOf(draft, action.images),
      };
    case "images_added": {
      const known = new Set(draft.images.map(imageKey));
      const read = readFrom(draft, action.source, action.images);
      const added = read.filter((image) => !known.has(imageKey(image)));
      return added.length === 0
        ? draft
        : { ...draft, images: [...draft.images, ...added], selection: null };
    }
    case "rules_applied":
      if (!sameSource(draft.source, action.source)) {
        return draft;
      }
      return {
        ...draft,
        images: action.chosen.images,
        selection: action.selection,
        ruledSize: { bytes: action.chosen.size_bytes, unknown: action.chosen.sizes_unknown },
        choices: [],
      };
    case "extent_changed":
      return { ...draft, extent: action.extent, choices: [] };
    case "prefix_changed":
      return { ...draft, prefix: action.prefix, choices: [] };
    case "rename_rules_changed":
      return { ...draft, renameRules: action.rules, choices: [] };
    case "template_changed":
      return { ...draft, template: action.template };
    case "repository_named":
      return {
        ...withChoice(draft, action.source, { name: action.name }),
        choices: draft.choices.filter((choice) => choice.image.repository !== action.source),
      };
    case "repository_settings_changed":
      return withChoice(draft, action.source, { settings: action.settings });
    case "conflict_chosen": {
      const others = draft.choices.filter((choice) => !sameImage(choice.image, action.image));
      return {
        ...draft,
        choices:
          action.resolution === null
            ? others
            : [...others, { image: action.image, resolution: action.resolution }],
      };
    }
    case "conflicts_chosen": {
      const chosen = new Set(action.images.map(imageKey));
      const others = draft.choices.filter(({ image }) => !chosen.has(imageKey(image)));
      const { resolution } = action;
      return {
        ...draft,
        choices: [...others, ...action.images.map((image) => ({ image, resolution }))],
      };
    }
    case "rate_changed":
      return { ...draft, storageRate: action.rate };
    case "request_taken":
      return draftOf(action.request, draft, action.account);
    case "restored":
      return action.draft;
    case "practice_reset":
      // Only drafts of practice mode are affected.
      return draft.connection?.kind === "practice" || draft.source?.kind === "practice_account"
        ? { ...emptyDraft, storageRate: draft.storageRate }
        : draft;
    case "started_over":
      // Keeps the destination and the options, and clears the images.
      return {
        ...emptyDraft,
        connection: draft.connection,
        savedProfile: draft.savedProfile,
        expectedAccount: draft.expectedAccount,
        confirmedAccount: draft.confirmedAccount,
        source: draft.source,
        prefix: draft.prefix,
        renameRules: draft.renameRules,
        template: draft.template,
        extent: draft.extent,
        storageRate: draft.storageRate,
      };
  }
}
