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
import { EngineDown } from "./EngineDown";
import { ExtentFields } from "./ExtentFields";
import { ImagesTable } from "./ImagesTable";
import type { ImageFilter, TagList } from "./imageRows";
import { OriginalsAlert } from "./OriginalsAlert";
import { RuleFields, type RuleResult } from "./RuleFields";
import { SourceFields } from "./SourceFields";

/** Props of {@link ImagesStep}. */
export interface ImagesStepProps {
  draft: Draft;
  onChange: (action: DraftAction) => void;
  repositories: {
    readonly list: readonly SourceRepository[];
    readonly loading: boolean;
    readonly error: unknown;
    readonly more: boolean;
    /** How many there are; nothing where the source does not say. */
    readonly total: number | null;
  };
  /** By repository; absent before it was opened. */
  tags: Readonly<Record<string, TagList>>;
  filter: ImageFilter;
  /** Asked where the source is the Docker Engine and does not answer. */
  engine: EngineStatus | null;
  login: Request<SourceLoginStatus>;
  errorActions: ErrorActions;
  onFilter: (filter: ImageFilter) => void;
  onReload: () => void;
  onMoreRepositories: () => void;
  /** Asks for a repository's tags, or the next page of them. */
  onTags: (repository: string) => void;
  /** Tags of a repository are on screen. */
  onSeen: (repository: string, tags: readonly string[]) => void;
  /** Repositories of which every tag is wanted once the tags are known. */
  onWanted: (repositories: string[]) => void;
  /** Where rules look, such as `all repositories`. */
  ruleScope: string;
  ruleResult: RuleResult;
  onRules: (rules: TagRules) => void;
  onRulesStop: () => void;
  /** What registries have of the engine's images, by `repository:tag`. */
  originals: Readonly<Record<string, EngineOriginal>>;
  /** The Docker Hub namespaces of whoever is signed in there. */
  namespaces: SourceNamespaces | null;
  /** The profiles of the AWS configuration. */
  profiles: readonly AwsProfile[];
  /** Where practice runs: how to sign in to its Docker Hub. */
  practice: PracticeStatus | null;
  onSignIn: (login: TypedLogin) => Promise<SourceLoginStatus>;
  onSignOut: () => Promise<SourceLoginStatus>;
}

/** Step 2: which images of which source. */
export function ImagesStep(props: ImagesStepProps) {
  const { draft, onChange, repositories, engine, login, errorActions } = props;
  const ready = sourceProblem(draft.source) === null;
  // A person may sign in to Docker Hub before they name anybody.
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
        <OriginalsAlert
          images={draft.images}
          originals={props.originals}
          onTake={(source, images) => onChange({ type: "originals_taken", source, images })}
        />
      )}
      {ready && <ImagesTable {...props} />}
      {ready && (
        <ExtentFields
          extent={draft.extent}
          engine={draft.source?.kind === "docker_engine"}
          onChange={(extent) => onChange({ type: "extent_changed", extent })}
        />
      )}
    </SpaceBetween>
  );
}
