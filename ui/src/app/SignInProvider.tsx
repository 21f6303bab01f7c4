import { type ReactNode, useContext, useMemo, useState } from "react";
import { type Remedies, RemediesContext } from "../errors";
import { useBackend } from "../ipc/BackendContext";
import type { SignInTarget } from "../ipc/generated";
import { SignInModal } from "../shared/signIn";

interface SignInRequest {
  readonly target: SignInTarget;
  readonly retry: (() => void) | undefined;
}

/** Adds a remedy to all error alerts: signs in, then retries the request. */
export function SignInProvider({ children }: { children: ReactNode }) {
  const backend = useBackend();
  const outer = useContext(RemediesContext);
  const [request, setRequest] = useState<SignInRequest | null>(null);
  const remedies = useMemo<Remedies>(
    () => ({
      ...outer,
      sign_in: (error, retry) => {
        if (error.subject !== null) {
          setRequest({ target: { kind: "profile", profile: error.subject }, retry });
        }
      },
    }),
    [outer],
  );
  return (
    <RemediesContext value={remedies}>
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
    </RemediesContext>
  );
}
