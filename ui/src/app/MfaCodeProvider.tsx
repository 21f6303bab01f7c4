import { type ReactNode, useContext, useMemo, useState } from "react";
import { type WindowErrorActions, WindowErrorActionsContext } from "../errors";
import { useBackend } from "../ipc/BackendContext";
import type { AwsConnection } from "../ipc/generated";
import { profileConnection } from "../shared/connection";
import { MfaCodeModal } from "../shared/signIn/MfaCodeModal";

interface MfaCodeProviderProps {
  /** The connections in use. The code is submitted with the settings of a matching connection. */
  connections: readonly (AwsConnection | null)[];
  children: ReactNode;
}

interface CodeRequest {
  readonly profile: string;
  readonly message: string;
  readonly retry: (() => void) | undefined;
}

/** Adds an action to all error alerts: asks for an MFA code, then retries the request. */
export function MfaCodeProvider({ connections, children }: MfaCodeProviderProps) {
  const backend = useBackend();
  const outer = useContext(WindowErrorActionsContext);
  const [request, setRequest] = useState<CodeRequest | null>(null);
  const windowActions = useMemo<WindowErrorActions>(
    () => ({
      ...outer,
      enter_mfa_code: ({ subject, message }, retry) => {
        if (subject !== null) {
          setRequest({ profile: subject, message, retry });
        }
      },
    }),
    [outer],
  );
  return (
    <WindowErrorActionsContext value={windowActions}>
      {children}
      {request !== null && (
        <MfaCodeModal
          profile={request.profile}
          message={request.message}
          onSubmit={async (code) => {
            await backend.awsMfaSubmit(connectionOf(request.profile, connections), code);
            setRequest(null);
            request.retry?.();
          }}
          onDismiss={() => setRequest(null)}
        />
      )}
    </WindowErrorActionsContext>
  );
}

/** Returns the connection in use with the profile, or a default connection. */
function connectionOf(
  profile: string,
  connections: readonly (AwsConnection | null)[],
): AwsConnection {
  const used = connections.find((one) => one?.kind === "profile" && one.profile === profile);
  return used ?? profileConnection(profile);
}
