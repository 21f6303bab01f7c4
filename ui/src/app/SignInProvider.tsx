import { type ReactNode, useState } from "react";
import { type ErrorActions, ErrorActionsProvider } from "../errors";
import { useBackend } from "../ipc/BackendContext";
import type { SignInTarget } from "../ipc/generated";
import { SignInModal } from "../shared/signIn";

interface SignInRequest {
  readonly target: SignInTarget;
  readonly retry: (() => void) | undefined;
}

/** Adds an action to all error alerts: signs in, then retries the request. */
export function SignInProvider({ children }: { children: ReactNode }) {
  const backend = useBackend();
  const [request, setRequest] = useState<SignInRequest | null>(null);
  const actions: ErrorActions = {
    sign_in: (error, retry) => {
      if (error.subject !== null) {
        setRequest({ target: { kind: "profile", profile: error.subject }, retry });
      }
    },
  };
  return (
    <ErrorActionsProvider actions={actions}>
      {children}
      {request !== null && (
        <SignInModal
          target={request.target}
          calls={backend}
          onSignedIn={() => {
            setRequest(null);
            request.retry?.();
          }}
          onClose={() => setRequest(null)}
        />
      )}
    </ErrorActionsProvider>
  );
}
