import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef } from "react";
import { useBackend } from "../../ipc/BackendContext";
import type { ImageSource } from "../../ipc/generated";
import { emptySource, profileConnection } from "../../shared/connection";
import { TextField } from "../../shared/TextField";

interface ProfileSourceFieldsProps {
  source: ImageSource | null;
  problem: string | undefined;
  onChange: (source: ImageSource | null) => void;
}

const notSet = { value: "none", label: "Choose each time" };
const options = [
  notSet,
  { value: "docker_engine", label: "Docker Engine on this computer" },
  { value: "docker_hub", label: "Docker Hub account" },
  { value: "ecr", label: "Another Amazon ECR" },
  { value: "registry", label: "Another registry" },
  { value: "practice_account", label: "Practice account" },
];

/** Source fields of a saved profile. */
export function ProfileSourceFields({ source, problem, onChange }: ProfileSourceFieldsProps) {
  const backend = useBackend();
  const now = useRef(source);
  now.current = source;
  /** Replaces a pasted address with its registry. Other text stays, and the form says what is wrong. */
  const onRegistry = async (entered: ImageSource & { kind: "registry" }) => {
    const read =
      entered.host === ""
        ? null
        : await backend.sourcePasteRead(entered.host, "registry", entered).catch(() => null);
    if (read?.source.kind === "registry" && now.current === entered) {
      onChange(read.source);
    }
  };
  return (
    <SpaceBetween size="s">
      <FormField label="Source" description="Source of the images.">
        <Select
          selectedOption={options.find((option) => option.value === source?.kind) ?? notSet}
          options={options}
          expandToViewport
          onChange={({ detail }) => onChange(emptySource(detail.selectedOption.value))}
          data-testid="profile-form-source"
        />
      </FormField>
      {source?.kind === "docker_hub" && (
        <TextField
          label="Docker Hub user or organization"
          description="Separate multiple names with commas."
          errorText={problem}
          value={source.namespace}
          onChange={(value) => onChange({ ...source, namespace: value })}
          testId="profile-form-namespace"
        />
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
          <TextField
            label="Registry host name"
            errorText={problem}
            value={source.host}
            placeholder="ghcr.io"
            onChange={(value) => onChange({ ...source, host: value })}
            onBlur={() => onRegistry(source)}
            testId="profile-form-host"
          />
          <Checkbox
            checked={source.plain_http}
            description="Select only for a registry without TLS in a trusted network. The connection isn’t encrypted."
            onChange={({ detail }) => onChange({ ...source, plain_http: detail.checked })}
            data-testid="profile-form-plain-http"
          >
            Use HTTP (insecure)
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

/** AWS profile and region of an ECR source. */
function EcrFields({ profile, region, problem, onChange }: EcrFieldsProps) {
  return (
    <SpaceBetween size="l">
      <TextField
        label="Source AWS profile"
        errorText={problem}
        value={profile}
        onChange={(value) => onChange(value, region)}
        testId="profile-form-source-profile"
      />
      <TextField
        label="Source Region"
        description="Leave empty to use the Region of the profile."
        value={region ?? ""}
        placeholder="eu-west-1"
        onChange={(value) => onChange(profile, value.trim() === "" ? null : value)}
        testId="profile-form-source-region"
      />
    </SpaceBetween>
  );
}
