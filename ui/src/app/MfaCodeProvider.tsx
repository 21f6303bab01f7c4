import { type ReactNode, useState } from "react";
import { type ErrorActions, ErrorActionsProvider } from "../errors";
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
  const [request, setRequest] = useState<CodeRequest | null>(null);
  const actions: ErrorActions = {
    enter_mfa_code: ({ subject, message }, retry) => {
      if (subject !== null) {
        setRequest({ profile: subject, message, retry });
      }
    },
  };
  return (
    <ErrorActionsProvider actions={actions}>
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
    </ErrorActionsProvider>
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
