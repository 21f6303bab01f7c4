import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { ClientProof } from "../../ipc/generated";
import { CopyableDigest } from "../../shared/CopyableText";
import { StatusText } from "../../shared/StatusText";
import { TextField } from "../../shared/TextField";
import { useAsyncAction } from "../../shared/useAsyncAction";
import type { FriendlyNameProps } from "./friendlyNameProps";
import { alertTypes, checkStates } from "./friendlyNameState";
import { NameField } from "./NameField";

/** Pushes and pulls a tiny image through the name with the clients on this computer. */
export function TestTab({ state, onChange, connection, connectionPicker }: FriendlyNameProps) {
  const backend = useBackend();
  const { busy, error, run, dismiss } = useAsyncAction();
  const [finished, setFinished] = useState<readonly ClientProof[] | null>(null);
  const name = state.name.trim();
  const repository = state.repository.trim();
  const { proof } = state;

  const test = () =>
    void run(async () => {
      if (connection === null) {
        return;
      }
      setFinished([]);
      onChange({ proof: null });
      try {
        const answer = await backend.nameProve({ name, repository }, connection, (client) =>
          setFinished((before) => [...(before ?? []), client]),
        );
        onChange({ proof: answer });
      } finally {
        setFinished(null);
      }
    });

  return (
    <SpaceBetween size="m">
      <Container>
        <SpaceBetween size="s">
          <ColumnLayout columns={2}>
            <NameField state={state} onChange={onChange} testId="test-name" />
            <TextField
              label="Repository"
              description="A repository that doesn’t exist is created, and deleted again."
              value={state.repository}
              onChange={(value) => onChange({ repository: value })}
              testId="test-repository"
            />
          </ColumnLayout>
          {connectionPicker}
          <Box color="text-body-secondary">
            Each installed client (docker, podman, skopeo, ctr) pushes an image of a few hundred
            bytes through the name, pulls it, and compares the digests. The clients send your ECR
            token to the name. The images are deleted afterwards.
          </Box>
          <Button
            variant="primary"
            loading={busy}
            disabled={name === "" || repository === "" || connection === null}
            disabledReason={
              connection === null ? "Choose an ECR connection." : "Enter a name and a repository."
            }
            onClick={test}
            data-testid="test-start"
          >
            Test this name
          </Button>
        </SpaceBetween>
      </Container>
      {error !== null && <ErrorAlert error={error} actions={{ retry: test }} onDismiss={dismiss} />}
      {finished?.map((client) => (
        <Proof key={client.client} proof={client} />
      ))}
      {finished !== null && (
        <StatusText type="in-progress">Testing with the next client</StatusText>
      )}
      {finished === null && proof !== null && (
        <>
          <div role="status" data-testid="proof-headline">
            <Alert type={alertTypes[proof.state]} header={proof.headline}>
              {proof.clean_up.map((text) => (
                <div key={text}>{text}</div>
              ))}
            </Alert>
          </div>
          {proof.clients.map((client) => (
            <Proof key={client.client} proof={client} />
          ))}
        </>
      )}
    </SpaceBetween>
  );
}

function Proof({ proof }: { proof: ClientProof }) {
  return (
    <Container
      header={<Header variant="h2">{proof.title}</Header>}
      data-testid={`proof-${proof.client}`}
    >
      <SpaceBetween size="s">
        <StatusText type={checkStates[proof.state].type}>{proof.message}</StatusText>
        {proof.pushed_digest !== null && (
          <KeyValuePairs
            columns={3}
            items={[
              { label: "Pushed digest", value: <CopyableDigest digest={proof.pushed_digest} /> },
              { label: "Pulled digest", value: <CopyableDigest digest={proof.pulled_digest} /> },
              {
                label: "Connected to",
                value: proof.hosts === null ? "Not observed" : proof.hosts.join(", "),
              },
            ]}
          />
        )}
        <ExpandableSection headerText="What was done" defaultExpanded={proof.state === "failed"}>
          <SpaceBetween size="xs">
            {proof.steps.map((step) => (
              <div key={step.command} style={{ overflowWrap: "anywhere" }}>
                <StatusText type={checkStates[step.state].type}>{step.action}</StatusText>
                <Box variant="code" display="block">
                  {step.command}
                </Box>
                {step.output !== null && (
                  <div style={{ whiteSpace: "pre-wrap" }}>
                    <Box variant="small">{step.output}</Box>
                  </div>
                )}
              </div>
            ))}
          </SpaceBetween>
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}
