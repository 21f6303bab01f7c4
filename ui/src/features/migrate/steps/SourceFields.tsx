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
    description: "Images that “docker images” shows",
  },
  {
    value: "docker_hub",
    label: "Docker Hub account",
    description: "Every repository of users and organisations",
  },
  {
    value: "ecr",
    label: "Another Amazon ECR",
    description: "Another account or region, through an AWS profile",
  },
  {
    value: "registry",
    label: "Another registry",
    description: "Any registry that speaks the OCI protocol",
  },
  {
    value: "practice_account",
    label: "Practice account",
    description: "A made-up Docker Hub account inside Transload",
  },
] as const;

interface SourceFieldsProps {
  source: ImageSource | null;
  /** Whether the images go to practice; only then can they come from it. */
  practice: boolean;
  /** The Docker Hub namespaces of whoever is signed in there. */
  namespaces: SourceNamespaces | null;
  /** The profiles of the AWS configuration. */
  profiles: readonly AwsProfile[];
  onChange: (source: ImageSource) => void;
}

/** Where the images come from. */
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
            placeholder="Choose where the images are"
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
            description="Host, with a port where there is one."
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
            description="Only for a registry inside a network that you trust. A registry on this computer needs no tick."
            data-testid="registry-plain-http"
          >
            Ask over HTTP, without TLS
          </Checkbox>
        )}
      </ColumnLayout>
    </Container>
  );
}
