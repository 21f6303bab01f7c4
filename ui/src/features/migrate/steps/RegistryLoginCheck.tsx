import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Popover from "@cloudscape-design/components/popover";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ErrorAlert } from "../../../errors";
import type { RegistryLogin } from "../../../ipc/generated";
import { CopyableText } from "../../../shared/CopyableText";
import { formatDuration } from "../../../shared/format";
import { StatusText } from "../../../shared/StatusText";
import { useNow } from "../../../shared/useNow";
import type { Request } from "../../../shared/useRequest";

interface RegistryLoginCheckProps {
  login: Request<RegistryLogin>;
}

/** The registry login in one line. Its details open on a click, and a failure offers Retry. */
export function RegistryLoginCheck({ login }: RegistryLoginCheckProps) {
  const { answer } = login;
  if (login.loading) {
    return <StatusText type="loading">Logging in to the registry</StatusText>;
  }
  if (answer?.registry_accepts !== true) {
    return (
      <SpaceBetween direction="horizontal" size="xs">
        <StatusText type="error">Registry login failed</StatusText>
        <Button variant="inline-link" onClick={login.reload} data-testid="login-again">
          Retry
        </Button>
      </SpaceBetween>
    );
  }
  return (
    <SpaceBetween direction="horizontal" size="m">
      <Popover header="Registry login" size="large" content={<LoginFacts login={answer} />}>
        <span data-testid="login-registry">
          <StatusText type="success">Logged in to the registry</StatusText>
        </span>
      </Popover>
      {answer.engine_accepts === false && (
        <Popover
          header="Docker Engine login"
          size="large"
          content={
            <SpaceBetween size="s">
              <Box>
                You can start the migration. Some engines can’t test a login, for example Podman
                with a registry without HTTPS. The engine receives the token when it pushes.
              </Box>
              {answer.engine_error !== null && (
                <ErrorAlert error={answer.engine_error} actions={{ retry: login.reload }} />
              )}
            </SpaceBetween>
          }
        >
          <span data-testid="login-engine">
            <StatusText type="warning">Docker Engine login not tested</StatusText>
          </span>
        </Popover>
      )}
    </SpaceBetween>
  );
}

function LoginFacts({ login }: { login: RegistryLogin }) {
  const left = login.expires_at_ms - useNow();
  return (
    <SpaceBetween size="s">
      <KeyValuePairs
        columns={1}
        items={[
          { label: "Registry", value: <CopyableText text={login.registry} what="registry" /> },
          { label: "User", value: login.user },
          { label: "Expires in", value: left > 0 ? formatDuration(left) : "Expired" },
        ]}
      />
      <Box variant="small">
        Transload keeps the token in memory and doesn’t change the Docker configuration.
      </Box>
    </SpaceBetween>
  );
}
