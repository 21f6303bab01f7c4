import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import type { ImageSource } from "../../../ipc/generated";
import { emptySource } from "../../../shared/connection";
import { formatCounted } from "../../../shared/format";
import { isHub } from "../../../shared/namespaces";
import { StatusText } from "../../../shared/StatusText";
import { sourceProblem } from "../wizard/validation";
import { EcrSourceFields } from "./EcrSourceFields";
import { HubFields, hubHint } from "./HubFields";
import type { ImagesStepProps } from "./imagesStepProps";
import { SignInStatus } from "./SignInStatus";
import { SourceFact, SourceField, sourceHintId } from "./SourceField";
import { clearRecent, recentOptions, recentSource, sourceOptions } from "./sourceOptions";

/** What the line below the fields says if nothing is wrong. */
function hintOf(source: ImageSource | null, { namespaces, engine }: ImagesStepProps): string {
  switch (source?.kind) {
    case undefined:
      return "Choose where the images are now.";
    case "docker_engine":
      return engine !== null && !engine.running
        ? "No Docker Engine responds."
        : "Images listed by “docker images” on this computer.";
    case "docker_hub":
    case "practice_account":
      return hubHint(namespaces);
    case "ecr":
      return "Requires read permission. Transload renews the registry token during the migration.";
    case "registry":
      return "Host name and optional port. Use HTTP only for a registry in a trusted network.";
  }
}

/** A problem of what was entered, not of what is missing. */
function problemOf(source: ImageSource | null): string | null {
  const empty =
    source === null ||
    (isHub(source) && (source.namespace ?? "") === "") ||
    (source.kind === "registry" && source.host === "") ||
    (source.kind === "ecr" &&
      source.connection.kind === "profile" &&
      source.connection.profile === "");
  return empty ? null : sourceProblem(source);
}

/** The source in one row: its kind, its fields, and its sign-in. A reserved line explains it. */
export function SourceBar(props: ImagesStepProps) {
  const { draft, onChange, repositories } = props;
  const { source } = draft;
  const [opened, setOpened] = useState(false);
  const practice = draft.connection?.kind === "practice";
  const options = sourceOptions(practice, props.sourceStates);
  const recent = recentOptions(props.recentSources);
  const choose = (chosen: ImageSource) => onChange({ type: "source_chosen", source: chosen });
  const problem = props.pasteProblem ?? problemOf(source);
  const images = repositories.list.reduce((sum, { tags }) => sum + (tags?.length ?? 0), 0);
  // Users can sign in to Docker Hub before they enter a namespace.
  const signs = isHub(source) || (source?.kind === "registry" && sourceProblem(source) === null);
  return (
    <div className="source-bar" data-testid="source-bar">
      <div className="source-row">
        <div className="source-kind">
          <FormField label="Source" stretch>
            <Select
              selectedOption={options.find(({ value }) => value === source?.kind) ?? null}
              options={recent === null ? options : [...options, recent]}
              placeholder="Choose a source"
              expandToViewport
              onFocus={() => {
                if (!opened) {
                  setOpened(true);
                  props.onSourceStates();
                }
              }}
              onChange={({ detail }) => {
                const { value } = detail.selectedOption;
                if (value === clearRecent) {
                  props.onRecentClear();
                  return;
                }
                const chosen = recentSource(value, props.recentSources) ?? emptySource(value);
                if (chosen !== null) {
                  choose(chosen);
                }
              }}
              data-testid="source-select"
            />
          </FormField>
        </div>
        {isHub(source) && (
          <HubFields
            key={source.kind}
            source={source}
            namespaces={props.namespaces}
            loading={repositories.loading}
            onChange={choose}
            onPasted={props.onPasted}
          />
        )}
        {source?.kind === "ecr" && (
          <EcrSourceFields
            source={source}
            profiles={props.profiles}
            practice={practice}
            onChange={choose}
          />
        )}
        {source?.kind === "registry" && (
          <>
            <div className="source-wide">
              <SourceField
                key="host"
                label="Registry"
                value={source.host}
                placeholder="ghcr.io"
                testId="registry-host"
                invalid={problem !== null}
                loading={repositories.loading}
                onChange={async (text) => {
                  if (text === "" || !(await props.onPasted(text, "registry"))) {
                    choose({ ...source, host: text });
                  }
                }}
              />
            </div>
            <SourceFact label="Connection">
              <Checkbox
                checked={source.plain_http}
                onChange={({ detail }) => choose({ ...source, plain_http: detail.checked })}
                data-testid="registry-plain-http"
              >
                Use HTTP (insecure)
              </Checkbox>
            </SourceFact>
          </>
        )}
        {source?.kind === "docker_engine" && !repositories.loading && images > 0 && (
          <SourceFact label="Docker Engine">{formatCounted(images, "image", "images")}</SourceFact>
        )}
        {signs && (
          <SignInStatus
            key={`sign-in ${source?.kind === "registry" ? source.host : source?.kind}`}
            status={props.login}
            hub={isHub(source)}
            practice={source?.kind === "practice_account" ? props.practice : null}
            onSignIn={props.onSignIn}
            onSignOut={props.onSignOut}
          />
        )}
      </div>
      <div className="source-hint" id={sourceHintId} role="status" data-testid="source-hint">
        {problem === null ? (
          <Box variant="small" color="text-body-secondary">
            {hintOf(source, props)}
          </Box>
        ) : (
          <StatusText type="error">{problem}</StatusText>
        )}
      </div>
    </div>
  );
}
