import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ImageSource } from "../../ipc/generated";
import { emptySource, profileConnection } from "../../shared/connection";

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
  { value: "ecr", label: "Another Amazon ECR" },
  { value: "registry", label: "Another registry" },
  { value: "practice_account", label: "Practice account" },
];

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
        <FormField
          label="Docker Hub user or organisation"
          description="Several with commas between them."
          errorText={problem}
        >
          <Input
            value={source.namespace}
            spellcheck={false}
            onChange={({ detail }) => onChange({ ...source, namespace: detail.value })}
            data-testid="profile-form-namespace"
          />
        </FormField>
      )}
      {source?.kind === "ecr" && source.connection.kind === "profile" && (
        <EcrFields
          profile={source.connection.profile}
          region={source.connection.region}
          problem={problem}
          onChange={(profile, region) =>
            onChange({ kind: "ecr", connection: profileConnection(profile, region) })
          }
        />
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

interface EcrFieldsProps {
  profile: string;
  region: string | null;
  problem: string | undefined;
  onChange: (profile: string, region: string | null) => void;
}

/** The account and region of an ECR that images come from. */
function EcrFields({ profile, region, problem, onChange }: EcrFieldsProps) {
  return (
    <SpaceBetween size="l">
      <FormField label="AWS profile of the source" errorText={problem}>
        <Input
          value={profile}
          spellcheck={false}
          onChange={({ detail }) => onChange(detail.value, region)}
          data-testid="profile-form-source-profile"
        />
      </FormField>
      <FormField
        label="Region of the source"
        description="Nothing for the region that the profile names."
      >
        <Input
          value={region ?? ""}
          spellcheck={false}
          placeholder="eu-west-1"
          onChange={({ detail }) =>
            onChange(profile, detail.value.trim() === "" ? null : detail.value)
          }
          data-testid="profile-form-source-region"
        />
      </FormField>
    </SpaceBetween>
  );
}
