import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import type {
  AwsProfile,
  EngineOriginal,
  EngineStatus,
  PracticeStatus,
  SourceLoginStatus,
  SourceNamespaces,
  SourceRepository,
  TagRules,
} from "../../../ipc/generated";
import { isHub } from "../../../shared/namespaces";
import { SourceLoginForm, type TypedLogin } from "../../../shared/SourceLoginForm";
import type { Request } from "../../../shared/useRequest";
import type { Draft } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import { sourceProblem } from "../wizard/validation";
import { CopyOptionsFields } from "./CopyOptionsFields";
import { EngineDown } from "./EngineDown";
import { ImagesTable } from "./ImagesTable";
import type { ImageFilter, TagList } from "./imageRows";
import { RegistryCounterpartsAlert } from "./RegistryCounterpartsAlert";
import { RuleFields, type RuleResult } from "./RuleFields";
import { SourceFields } from "./SourceFields";

export interface ImagesStepProps {
  draft: Draft;
  onChange: (action: DraftAction) => void;
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
  errorActions: ErrorActions;
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
  onRules: (rules: TagRules) => void;
  onRulesStop: () => void;
  /** Counterparts of the engine images in their registries, by `repository:tag`. */
  originals: Readonly<Record<string, EngineOriginal>>;
  /** Docker Hub namespaces of the signed-in user. */
  namespaces: SourceNamespaces | null;
  profiles: readonly AwsProfile[];
  /** Credentials of the practice Docker Hub, if practice mode is running. */
  practice: PracticeStatus | null;
  onSignIn: (login: TypedLogin) => Promise<SourceLoginStatus>;
  onSignOut: () => Promise<SourceLoginStatus>;
}

/** Step 2: the source and the images. */
export function ImagesStep(props: ImagesStepProps) {
  const { draft, onChange, repositories, engine, login, errorActions } = props;
  const ready = sourceProblem(draft.source) === null;
  // Users can sign in to Docker Hub before they enter a namespace.
  const signs = isHub(draft.source) || (ready && draft.source?.kind === "registry");
  return (
    <SpaceBetween size="l">
      <SourceFields
        source={draft.source}
        practice={draft.connection?.kind === "practice"}
        namespaces={props.namespaces}
        profiles={props.profiles}
        onChange={(source) => onChange({ type: "source_chosen", source })}
      />
      {signs && (
        <SourceLoginForm
          key={draft.source?.kind === "registry" ? draft.source.host : draft.source?.kind}
          status={login}
          hub={isHub(draft.source)}
          open={draft.source?.kind === "docker_hub"}
          practice={draft.source?.kind === "practice_account" ? props.practice : null}
          onSignIn={props.onSignIn}
          onSignOut={props.onSignOut}
        />
      )}
      {ready && repositories.error !== null && (
        <ErrorAlert
          error={repositories.error}
          actions={{ ...errorActions, retry: props.onReload }}
        />
      )}
      {ready && draft.source?.kind === "docker_engine" && engine !== null && !engine.running && (
        <EngineDown status={engine} />
      )}
      {ready && draft.source?.kind !== "docker_engine" && (
        <RuleFields
          key={JSON.stringify(draft.source)}
          rules={draft.selection?.rules ?? null}
          scope={props.ruleScope}
          result={props.ruleResult}
          errorActions={errorActions}
          onApply={props.onRules}
          onStop={props.onRulesStop}
        />
      )}
      {ready && (
        <RegistryCounterpartsAlert
          images={draft.images}
          originals={props.originals}
          onTake={(source, images) => onChange({ type: "originals_taken", source, images })}
        />
      )}
      {ready && <ImagesTable {...props} />}
      {ready && (
        <CopyOptionsFields
          extent={draft.extent}
          engine={draft.source?.kind === "docker_engine"}
          onChange={(extent) => onChange({ type: "extent_changed", extent })}
        />
      )}
    </SpaceBetween>
  );
}
