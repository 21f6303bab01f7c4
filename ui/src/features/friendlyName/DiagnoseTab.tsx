import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { CheckResult } from "../../ipc/generated";
import { newAttemptId } from "../../shared/attemptId";
import { EmptyText } from "../../shared/EmptyText";
import { formatCounted } from "../../shared/format";
import { StopButton } from "../../shared/StopButton";
import { TextField } from "../../shared/TextField";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { ChecksTable, DiagnosisSummary } from "./DiagnosisResult";
import type { FriendlyNameProps } from "./friendlyNameProps";
import { diagnosisRequest } from "./friendlyNameState";
import { NameField } from "./NameField";

/** Diagnoses a name. The token and the test upload require consent. */
export function DiagnoseTab({ state, onChange, connection, connectionPicker }: FriendlyNameProps) {
  const backend = useBackend();
  const { busy, error, run, dismiss } = useAsyncAction();
  const [results, setResults] = useState<readonly CheckResult[] | null>(null);
  // The call that can be canceled.
  const [attempt, setAttempt] = useState<string | null>(null);
  const [canceled, setCanceled] = useState(false);
  const request = diagnosisRequest(state);
  const { diagnosis } = state;

  const diagnose = () =>
    void run(async () => {
      const id = newAttemptId();
      setAttempt(id);
      setCanceled(false);
      setResults([]);
      onChange({ diagnosis: null });
      try {
        const answer = await backend.nameDiagnose(
          request,
          request.with_login ? connection : null,
          id,
          (result) => setResults((before) => [...(before ?? []), result]),
        );
        if (answer === null) {
          // The checks that ended stay.
          setCanceled(true);
          return;
        }
        setResults(null);
        onChange({ diagnosis: answer });
      } catch (failure) {
        setResults(null);
        throw failure;
      } finally {
        setAttempt(null);
      }
    });

  return (
    <SpaceBetween size="m">
      <Container>
        <SpaceBetween size="m">
          <ColumnLayout columns={2}>
            <NameField
              state={state}
              onChange={onChange}
              description="The host name, with a port if it isn’t 443."
              onEnter={() => {
                if (request.name !== "" && !busy) {
                  diagnose();
                }
              }}
              testId="friendly-name"
            />
            <TextField
              label="Image"
              optional
              description="An image in the registry, to check manifests, layers, and uploads."
              value={state.image}
              onChange={(value) => onChange({ image: value })}
              placeholder="team/app:1.0"
              testId="friendly-name-image"
            />
          </ColumnLayout>
          <SpaceBetween size="xs">
            <Checkbox
              checked={state.withLogin}
              onChange={({ detail }) => onChange({ withLogin: detail.checked })}
              description="The token is sent only if the certificate and the login challenge are correct. The operator of the server could use it for up to 12 hours."
              data-testid="friendly-name-with-login"
            >
              Send my ECR token to this name
            </Checkbox>
            {state.withLogin && connectionPicker}
            <Checkbox
              checked={state.withUpload}
              disabled={!state.withLogin || request.image === null}
              onChange={({ detail }) => onChange({ withUpload: detail.checked })}
              description="Starts an upload of 2 MiB in the repository of the image and cancels it. Requires the token and an image."
              data-testid="friendly-name-with-upload"
            >
              Test an upload
            </Checkbox>
          </SpaceBetween>
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              variant="primary"
              loading={busy}
              disabled={request.name === "" || (request.with_login && connection === null)}
              disabledReason={
                request.name === "" ? "Enter a name." : "Choose an ECR connection for the token."
              }
              onClick={diagnose}
              data-testid="friendly-name-diagnose"
            >
              Diagnose
            </Button>
            {attempt !== null && (
              <StopButton
                text="Cancel"
                stoppingText="Canceling…"
                // A finished diagnosis doesn't need it.
                onStop={() => backend.nameDiagnoseCancel(attempt).catch(() => {})}
                data-testid="friendly-name-cancel"
              />
            )}
          </SpaceBetween>
        </SpaceBetween>
      </Container>
      {error !== null && (
        <ErrorAlert error={error} actions={{ retry: diagnose }} onDismiss={dismiss} />
      )}
      {canceled && (
        <div role="status" data-testid="diagnosis-canceled">
          <Alert type="info">
            {`You canceled the diagnosis after ${formatCounted(results?.length ?? 0, "check", "checks")}.`}
          </Alert>
        </div>
      )}
      {results !== null && <ChecksTable results={results} running={busy} />}
      {results === null && diagnosis !== null && (
        <DiagnosisSummary
          diagnosis={diagnosis}
          onAnswers={() => onChange({ tab: "answers" })}
          onFiles={() => onChange({ tab: "files" })}
        />
      )}
      {results === null && diagnosis === null && error === null && (
        <EmptyText>
          The diagnosis finds out whether docker, Podman, and containerd can log in, pull, and push
          by the name, and why not.
        </EmptyText>
      )}
    </SpaceBetween>
  );
}
