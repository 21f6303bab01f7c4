import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { EngineStatus } from "../../ipc/generated";
import { BulletList } from "../../shared/BulletList";
import { originLabel } from "../../shared/engineFacts";
import { StatusText } from "../../shared/StatusText";

interface EngineSectionProps {
  address: string | null;
  /** Saves an address, and returns whether it was saved. */
  onKeep: (address: string | null) => Promise<boolean>;
}

type Test =
  | { readonly kind: "running" }
  | { readonly kind: "answered"; readonly status: EngineStatus }
  | { readonly kind: "failed"; readonly error: unknown };

/** Address formats: URL, path of a socket or named pipe, or host and port. */
const addressForms = [
  /^(unix|npipe|tcp|http|https):\/\/\S*$/,
  /^(\/|\\\\)\S+$/,
  /^[\w.-]*(:\d+)?$/,
  /^\[[\da-f:]+\](:\d+)?$/i,
];

function addressProblem(address: string): string | undefined {
  return addressForms.some((form) => form.test(address))
    ? undefined
    : "Enter an address such as unix:///var/run/docker.sock, tcp://host:2375 or \\\\.\\pipe\\docker_engine.";
}

/** The Docker Engine section of the settings. */
export function EngineSection({ address, onKeep }: EngineSectionProps) {
  const backend = useBackend();
  const [typed, setTyped] = useState(address ?? "");
  const [test, setTest] = useState<Test | null>(null);
  const trimmed = typed.trim();
  const problem = addressProblem(trimmed);

  const run = async () => {
    if (problem !== undefined) {
      return;
    }
    setTest({ kind: "running" });
    const wanted = trimmed === "" ? null : trimmed;
    if (wanted !== address && !(await onKeep(wanted))) {
      setTest(null);
      return;
    }
    try {
      setTest({ kind: "answered", status: await backend.engineStatus() });
    } catch (error) {
      setTest({ kind: "failed", error });
    }
  };

  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Required only to migrate images from this computer. If no address is set, Transload uses DOCKER_HOST, the Docker context, or a default socket."
        >
          Docker Engine
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FormField
          label="Address"
          constraintText="For example, unix:///run/user/1000/podman/podman.sock."
          errorText={problem}
          secondaryControl={
            <Button
              loading={test?.kind === "running"}
              onClick={() => void run()}
              data-testid="settings-engine-test"
            >
              Save and test
            </Button>
          }
        >
          <Input
            value={typed}
            spellcheck={false}
            placeholder="Detect automatically"
            onChange={({ detail }) => {
              setTyped(detail.value);
              setTest(null);
            }}
            onKeyDown={({ detail }) => {
              if (detail.key === "Enter") {
                void run();
              }
            }}
            data-testid="settings-engine-address"
          />
        </FormField>
        <div role="status" data-testid="settings-engine-result">
          {test?.kind === "answered" && <Answer status={test.status} />}
        </div>
        {test?.kind === "answered" && test.status.error !== null && (
          <ErrorAlert
            error={test.status.error}
            actions={{ open_settings: undefined, retry: () => void run() }}
          />
        )}
        {test?.kind === "failed" && (
          <ErrorAlert
            error={test.error}
            actions={{ open_settings: undefined, retry: () => void run() }}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}

function Answer({ status }: { status: EngineStatus }) {
  const where =
    status.address === null
      ? ""
      : ` at ${status.address}${status.origin === null ? "" : ` (${originLabel(status.origin)})`}`;
  return (
    <SpaceBetween size="xs">
      <StatusText type={status.running ? "success" : "error"}>
        {status.running
          ? `${status.version ?? "Docker Engine"} is running${where}`
          : "No engine found"}
      </StatusText>
      {status.running && status.keeps_digests === false && (
        <StatusText type="info">
          This engine recompresses layers when it pushes, so the digest in ECR differs from the
          original digest. The content is equal, and the report verifies that.
        </StatusText>
      )}
      {!status.running && status.tried.length > 0 && (
        <div>
          Addresses tried, in order:
          <BulletList>
            {status.tried.map((attempt) => (
              <li key={`${attempt.origin.kind} ${attempt.address}`}>
                {attempt.address} ({originLabel(attempt.origin)}): {attempt.outcome}
              </li>
            ))}
          </BulletList>
        </div>
      )}
    </SpaceBetween>
  );
}
