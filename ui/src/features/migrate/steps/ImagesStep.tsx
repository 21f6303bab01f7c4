import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import type {
  EngineStatus,
  SourceLoginStatus,
  SourceRepository,
  TagRules,
} from "../../../ipc/generated";
import { SourceLoginForm } from "../../../shared/SourceLoginForm";
import type { Request } from "../../../shared/useRequest";
import type { Draft } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import { sourceProblem } from "../wizard/validation";
import { EngineDown } from "./EngineDown";
import { ExtentFields } from "./ExtentFields";
import { ImagesTable } from "./ImagesTable";
import type { ImageFilter, TagList } from "./imageRows";
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
  /** Repositories of which every tag is wanted once the tags are known. */
  onWanted: (repositories: string[]) => void;
  /** Where rules look, such as `all repositories`. */
  ruleScope: string;
  ruleResult: RuleResult;
  onRules: (rules: TagRules) => void;
  onSignIn: (username: string, secret: string) => Promise<void>;
  onSignOut: () => Promise<void>;
}

/** Step 2: which images of which source. */
export function ImagesStep(props: ImagesStepProps) {
  const { draft, onChange, repositories, engine, login, errorActions } = props;
  const ready = sourceProblem(draft.source) === null;
  const signs = draft.source?.kind === "docker_hub" || draft.source?.kind === "registry";
  return (
    <SpaceBetween size="l">
      <SourceFields
        source={draft.source}
        practice={draft.connection?.kind === "practice"}
        onChange={(source) => onChange({ type: "source_chosen", source })}
      />
      {ready && signs && (
        <SourceLoginForm
          key={JSON.stringify(draft.source)}
          status={login}
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
        />
      )}
      {ready && <ImagesTable {...props} />}
      {ready && draft.source?.kind !== "docker_engine" && (
        <ExtentFields
          extent={draft.extent}
          onChange={(extent) => onChange({ type: "extent_changed", extent })}
        />
      )}
    </SpaceBetween>
  );
}
