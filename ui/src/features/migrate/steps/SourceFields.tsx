import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import type { AwsProfile, ImageSource, SourceNamespaces } from "../../../ipc/generated";
import { emptySource } from "../../../shared/connection";
import { isHub } from "../../../shared/namespaces";
import { sourceProblem } from "../wizard/validation";
import { EcrSourceFields } from "./EcrSourceFields";
import { HubFields } from "./HubFields";
import { TypedField } from "./TypedField";

const options = [
  {
    value: "docker_engine",
    label: "Docker Engine on this computer",
    description: "Images listed by “docker images”",
  },
  {
    value: "docker_hub",
    label: "Docker Hub account",
    description: "Repositories of users and organizations",
  },
  {
    value: "ecr",
    label: "Another Amazon ECR",
    description: "Another account or region",
  },
  {
    value: "registry",
    label: "Another registry",
    description: "Any OCI registry",
  },
  {
    value: "practice_account",
    label: "Practice account",
    description: "Sample Docker Hub account in Transload",
  },
] as const;

interface SourceFieldsProps {
  source: ImageSource | null;
  /** Whether the destination is practice mode, which is required for the practice source. */
  practice: boolean;
  /** Docker Hub namespaces of the signed-in user. */
  namespaces: SourceNamespaces | null;
  profiles: readonly AwsProfile[];
  onChange: (source: ImageSource) => void;
}

/** The source tiles and their fields. */
export function SourceFields(props: SourceFieldsProps) {
  const { source, practice, namespaces, profiles, onChange } = props;
  const offered = options.filter((option) => practice || option.value !== "practice_account");
  return (
    <Container>
      <ColumnLayout columns={2}>
        <FormField label="Source">
          <Select
            selectedOption={options.find((option) => option.value === source?.kind) ?? null}
            options={offered}
            placeholder="Choose a source"
            onChange={({ detail }) => {
              const chosen = emptySource(detail.selectedOption.value);
              if (chosen !== null) {
                onChange(chosen);
              }
            }}
            data-testid="source-select"
          />
        </FormField>
        {isHub(source) && (
          <HubFields
            key={source.kind}
            source={source}
            namespaces={namespaces}
            onChange={onChange}
          />
        )}
        {source?.kind === "ecr" && (
          <EcrSourceFields
            source={source}
            profiles={profiles}
            practice={practice}
            onChange={onChange}
          />
        )}
        {source?.kind === "registry" && (
          <TypedField
            key="host"
            label="Registry"
            description="Host name and optional port."
            value={source.host}
            placeholder="ghcr.io"
            testId="registry-host"
            problem={source.host === "" ? null : sourceProblem(source)}
            onChange={(host) => onChange({ ...source, host })}
          />
        )}
        {source?.kind === "registry" && (
          <Checkbox
            checked={source.plain_http}
            onChange={({ detail }) => onChange({ ...source, plain_http: detail.checked })}
            description="Select only for a registry in a trusted network. Not required for a registry on this computer."
            data-testid="registry-plain-http"
          >
            Use HTTP without TLS
          </Checkbox>
        )}
      </ColumnLayout>
    </Container>
  );
}
