/** The properties that the parts of the Images step share. */
import type { ReactNode } from "react";
import type {
  AwsProfile,
  EngineStatus,
  ImageSource,
  PasteField,
  PracticeStatus,
  RegistryCounterpart,
  SourceLoginStatus,
  SourceNamespaces,
  SourceRepository,
  TagRules,
} from "../../../ipc/generated";
import type { TypedLogin } from "../../../shared/SourceLoginFields";
import type { Request } from "../../../shared/useRequest";
import type { Draft } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import type { RuleResult } from "./rulesResult";
import type { SourceStates } from "./sourceOptions";
import type { ImageFilter, TagList } from "./sourceRows";

/** A repository that the table opens. Another object opens it again. */
export interface OpenedRepository {
  readonly repository: string;
}

export interface ImagesStepProps {
  draft: Draft;
  onChange: (action: DraftAction) => void;
  /** Where the step shows its status: the footer of the wizard. */
  footer: HTMLElement | null;
  repositories: {
    readonly list: readonly SourceRepository[];
    readonly loading: boolean;
    readonly error: unknown;
    readonly more: boolean;
    /** Total number, or `null` if unknown. */
    readonly total: number | null;
  };
  /** By repository. Absent until the repository is expanded. */
  tags: Readonly<Record<string, TagList>>;
  filter: ImageFilter;
  /** Engine status, if the source is the Docker Engine and it doesn't respond. */
  engine: EngineStatus | null;
  login: Request<SourceLoginStatus>;
  /** Why text that looks like a reference names no image. */
  pasteProblem: string | null;
  /** Reads an address, a command or a reference. Returns whether it named a source. */
  onPasted: (text: string, field: PasteField) => Promise<boolean>;
  /** The repository of the last pasted reference. */
  opened: OpenedRepository | null;
  onFilter: (filter: ImageFilter) => void;
  onReload: () => void;
  onMoreRepositories: () => void;
  /** Loads the first or next page of tags. */
  onTags: (repository: string) => void;
  /** Called when tags of a repository become visible. */
  onSeen: (repository: string, tags: readonly string[]) => void;
  /** Repositories whose tags are all selected once they are loaded. */
  onWanted: (repositories: string[]) => void;
  /** Scope of the rules, for example `all repositories`. */
  ruleScope: string;
  ruleResult: RuleResult;
  /** Counts what the rules select, without selecting it. */
  onCount: (rules: TagRules) => void;
  onRules: (rules: TagRules) => void;
  onRulesStop: () => void;
  /** Counterparts of the engine images in their registries, by `repository:tag`. */
  counterparts: Readonly<Record<string, RegistryCounterpart>>;
  /** Docker Hub namespaces of the signed-in user. */
  namespaces: SourceNamespaces | null;
  profiles: readonly AwsProfile[];
  /** Credentials of the practice Docker Hub, if practice mode is running. */
  practice: PracticeStatus | null;
  /** What the sources have, for the list of sources. Loaded when the list is opened. */
  sourceStates: SourceStates;
  onSourceStates: () => void;
  /** The sources that were used last, the last one first. */
  recentSources: readonly ImageSource[];
  onRecentClear: () => void;
  onSignIn: (login: TypedLogin) => Promise<SourceLoginStatus>;
  onSignOut: () => Promise<SourceLoginStatus>;
}

export interface ImagesTableProps extends ImagesStepProps {
  /** Buttons beside the filter. */
  actions: ReactNode;
  onPanelSlot: (slot: HTMLElement | null) => void;
  /** What is shown if there are no repositories. */
  empty: ReactNode;
}
