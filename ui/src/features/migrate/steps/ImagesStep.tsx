import SpaceBetween from "@cloudscape-design/components/space-between";
import { ErrorAlert } from "../../../errors";
import { isHub } from "../../../shared/namespaces";
import { SourceLoginForm } from "../../../shared/SourceLoginForm";
import { sourceProblem } from "../wizard/validation";
import { CopyOptionsFields } from "./CopyOptionsFields";
import { EngineDown } from "./EngineDown";
import { ImagesTable } from "./ImagesTable";
import type { ImagesStepProps } from "./imagesStepProps";
import { RegistryCounterpartsAlert } from "./RegistryCounterpartsAlert";
import { RuleFields } from "./RuleFields";
import { SourceFields } from "./SourceFields";

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
