import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ImageSource } from "../../ipc/generated";

interface SourceFieldsProps {
  source: ImageSource | null;
  problem: string | undefined;
  onChange: (source: ImageSource | null) => void;
}

const notSet = { value: "none", label: "Ask each time" };
const options = [
  notSet,
  { value: "docker_engine", label: "Docker Engine on this computer" },
  { value: "docker_hub", label: "Docker Hub account" },
  { value: "registry", label: "Another registry" },
  { value: "practice_account", label: "Practice account" },
];

function emptySource(kind: string | undefined): ImageSource | null {
  switch (kind) {
    case "docker_engine":
    case "practice_account":
      return { kind };
    case "docker_hub":
      return { kind, namespace: "" };
    case "registry":
      return { kind, host: "", plain_http: false };
    default:
      return null;
  }
}

/** Where images come from with a saved profile. */
export function SourceFields({ source, problem, onChange }: SourceFieldsProps) {
  return (
    <SpaceBetween size="s">
      <FormField label="Source" description="Where images come from.">
        <Select
          selectedOption={options.find((option) => option.value === source?.kind) ?? notSet}
          options={options}
          expandToViewport
          onChange={({ detail }) => onChange(emptySource(detail.selectedOption.value))}
          data-testid="profile-form-source"
        />
      </FormField>
      {source?.kind === "docker_hub" && (
        <FormField label="Docker Hub user or organisation" errorText={problem}>
          <Input
            value={source.namespace}
            spellcheck={false}
            onChange={({ detail }) => onChange({ ...source, namespace: detail.value })}
            data-testid="profile-form-namespace"
          />
        </FormField>
      )}
      {source?.kind === "registry" && (
        <SpaceBetween size="l">
          <FormField label="Host of the registry" errorText={problem}>
            <Input
              value={source.host}
              spellcheck={false}
              placeholder="ghcr.io"
              onChange={({ detail }) => onChange({ ...source, host: detail.value })}
              data-testid="profile-form-host"
            />
          </FormField>
          <Checkbox
            checked={source.plain_http}
            description="Only for a registry without TLS in a network that you trust. What is sent can be read there."
            onChange={({ detail }) => onChange({ ...source, plain_http: detail.checked })}
            data-testid="profile-form-plain-http"
          >
            Plain HTTP
          </Checkbox>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
