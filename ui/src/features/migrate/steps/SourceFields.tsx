import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useEffect, useState } from "react";
import type { ImageSource } from "../../../ipc/generated";
import { sourceProblem } from "../wizard/validation";

const options = [
  {
    value: "docker_engine",
    label: "Docker Engine on this computer",
    description: "Images that “docker images” shows",
  },
  {
    value: "docker_hub",
    label: "Docker Hub account",
    description: "Every repository of a user or an organisation",
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

function emptySource(kind: string): ImageSource {
  switch (kind) {
    case "docker_hub":
      return { kind, namespace: "" };
    case "registry":
      return { kind, host: "", plain_http: false };
    case "practice_account":
      return { kind };
    default:
      return { kind: "docker_engine" };
  }
}

interface SourceFieldsProps {
  source: ImageSource | null;
  /** Whether the images go to practice; only then can they come from it. */
  practice: boolean;
  onChange: (source: ImageSource) => void;
}

/** Where the images come from. */
export function SourceFields({ source, practice, onChange }: SourceFieldsProps) {
  const offered = options.filter((option) => practice || option.value !== "practice_account");
  return (
    <Container>
      <ColumnLayout columns={2}>
        <FormField label="Source">
          <Select
            selectedOption={options.find((option) => option.value === source?.kind) ?? null}
            options={offered}
            placeholder="Choose where the images are"
            onChange={({ detail }) => onChange(emptySource(detail.selectedOption.value ?? ""))}
            data-testid="source-select"
          />
        </FormField>
        {source?.kind === "docker_hub" && (
          <TextField
            key="namespace"
            label="User or organisation"
            description="“library” holds the official images."
            value={source.namespace}
            placeholder="dencold"
            testId="hub-namespace"
            problem={source.namespace === "" ? null : sourceProblem(source)}
            onChange={(namespace) => onChange({ kind: "docker_hub", namespace })}
          />
        )}
        {source?.kind === "registry" && (
          <TextField
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

interface TextFieldProps {
  label: string;
  description: string;
  value: string;
  placeholder: string;
  testId: string;
  problem: string | null;
  onChange: (value: string) => void;
}

/** A text that counts when the field is left or Enter is pressed. */
function TextField(props: TextFieldProps) {
  const { label, description, value, placeholder, testId, problem, onChange } = props;
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const take = () => {
    if (text.trim() !== value) {
      onChange(text.trim());
    }
  };
  return (
    <FormField label={label} description={description} errorText={problem ?? undefined}>
      <Input
        value={text}
        placeholder={placeholder}
        spellcheck={false}
        onChange={({ detail }) => setText(detail.value)}
        onBlur={take}
        onKeyDown={({ detail }) => {
          if (detail.key === "Enter") {
            take();
          }
        }}
        data-testid={testId}
      />
    </FormField>
  );
}
