import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { EngineOrigin, EngineStatus } from "../../ipc/generated";

interface EngineSectionProps {
  address: string | null;
  /** Keeps an address; answers whether it was kept. */
  onKeep: (address: string | null) => Promise<boolean>;
  errorActions: ErrorActions;
}

type Test =
  | { readonly kind: "running" }
  | { readonly kind: "answered"; readonly status: EngineStatus }
  | { readonly kind: "failed"; readonly error: unknown };

function originLabel(origin: EngineOrigin): string {
  switch (origin.kind) {
    case "settings":
      return "from these settings";
    case "environment":
      return "from DOCKER_HOST";
    case "context":
      return `from the Docker context ${origin.name}`;
    case "socket":
      return `the usual socket of ${origin.product}`;
  }
}

/** Forms of an address: with a scheme, the path of a socket or a named pipe, or a host and port. */
const addressForms = [
  /^(unix|npipe|tcp|http|https):\/\/\S*$/,
  /^(\/|\\\\)\S+$/,
  /^[\w.-]*(:\d+)?$/,
  /^\[[\da-f:]+\](:\d+)?$/i,
];

/** What an address cannot be, before the engine is asked. */
function addressProblem(address: string): string | undefined {
  return addressForms.some((form) => form.test(address))
    ? undefined
    : "Enter an address such as unix:///var/run/docker.sock, tcp://host:2375 or \\\\.\\pipe\\docker_engine.";
}

/** Where the Docker Engine of this computer is. */
export function EngineSection({ address, onKeep, errorActions }: EngineSectionProps) {
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
          description="Needed only to move images that are on this computer. Without an address here, DOCKER_HOST, the Docker context and the usual sockets are tried."
        >
          Docker Engine
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FormField
          label="Address"
          constraintText="Such as unix:///run/user/1000/podman/podman.sock."
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
            placeholder="Found by itself"
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
            actions={{ ...errorActions, open_settings: undefined, retry: () => void run() }}
          />
        )}
        {test?.kind === "failed" && (
          <ErrorAlert
            error={test.error}
            actions={{ ...errorActions, open_settings: undefined, retry: () => void run() }}
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
      <StatusIndicator type={status.running ? "success" : "error"}>
        {status.running
          ? `${status.version ?? "A Docker Engine"} answers${where}`
          : "No engine answers"}
      </StatusIndicator>
      {status.running && status.keeps_digests === false && (
        <StatusIndicator type="info">
          This engine packs layers again when it pushes: an image gets another digest in ECR than it
          had where it was pulled from. The content stays the same, and the report proves that.
        </StatusIndicator>
      )}
      {!status.running && status.tried.length > 0 && (
        <div>
          Tried, in this order:
          <ul style={{ margin: 0, paddingInlineStart: "20px" }}>
            {status.tried.map((attempt) => (
              <li key={`${attempt.origin.kind} ${attempt.address}`}>
                {attempt.address} ({originLabel(attempt.origin)}): {attempt.outcome}
              </li>
            ))}
          </ul>
        </div>
      )}
    </SpaceBetween>
  );
}
