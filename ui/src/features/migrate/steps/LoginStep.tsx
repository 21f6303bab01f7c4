import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import type { RegistryLogin } from "../../../ipc/generated";
import { CopyableText } from "../../../shared/CopyableText";
import { formatDuration } from "../../../shared/format";
import { useNow } from "../../../shared/useNow";
import type { Request } from "../../../shared/useRequest";

export interface LoginStepProps {
  login: Request<RegistryLogin>;
  /** The section with the logins of docker and Podman. */
  clientLogins: ReactNode;
  errorActions: ErrorActions;
}

/** Step 4: the registry login. */
export function LoginStep({ login, clientLogins, errorActions }: LoginStepProps) {
  const answer = login.answer;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Transload keeps the token in memory and doesn’t change the Docker configuration."
          actions={
            <Button onClick={login.reload} loading={login.loading} data-testid="login-again">
              Log in again
            </Button>
          }
        >
          ECR registry
        </Header>
      }
    >
      <SpaceBetween size="l">
        {login.error !== null && (
          <ErrorAlert error={login.error} actions={{ ...errorActions, retry: login.reload }} />
        )}
        {answer === null && login.loading && (
          <StatusIndicator type="loading">Logging in</StatusIndicator>
        )}
        {answer !== null && <LoginFacts login={answer} />}
        {answer !== null && answer.engine_error !== null && (
          <ErrorAlert
            error={answer.engine_error}
            actions={{ ...errorActions, retry: login.reload }}
          />
        )}
        {answer?.registry_accepts === true && answer.engine_accepts === false && (
          <div data-testid="login-go-on">
            <Alert type="info" header="This step isn’t required">
              The registry let Transload in; only the engine’s own test of the login failed. The
              engine is given the token again when it pushes. Podman cannot test a login on a
              registry without HTTPS, such as the one of practice, and pushes to it nevertheless.
              Where a push fails, the result says why, and nothing else is held up.
            </Alert>
          </div>
        )}
        {answer?.registry_accepts === true && clientLogins}
      </SpaceBetween>
    </Container>
  );
}

function LoginFacts({ login }: { login: RegistryLogin }) {
  const left = login.expires_at_ms - useNow();
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: "Registry", value: <CopyableText text={login.registry} what="registry" /> },
        { label: "User", value: login.user },
        { label: "Time left", value: left > 0 ? formatDuration(left) : "None" },
        {
          label: "Transload",
          value: (
            <span data-testid="login-registry">
              <Accepted accepted={login.registry_accepts} />
            </span>
          ),
        },
        {
          label: "Docker Engine",
          value:
            login.engine_accepts === null ? (
              "Not required for this source"
            ) : (
              <span data-testid="login-engine">
                <Accepted accepted={login.engine_accepts} severity="warning" />
              </span>
            ),
        },
      ]}
    />
  );
}

/** Result of one login. `severity` applies if it failed. */
function Accepted({
  accepted,
  severity = "error",
}: {
  accepted: boolean;
  severity?: "error" | "warning";
}) {
  return accepted ? (
    <StatusIndicator type="success">Logged in</StatusIndicator>
  ) : (
    <StatusIndicator type={severity}>Not logged in</StatusIndicator>
  );
}
