import { type ReactNode, useContext, useMemo, useState } from "react";
import { type Remedies, RemediesContext } from "../errors";
import { useBackend } from "../ipc/BackendContext";
import type { SignInTarget } from "../ipc/generated";
import { SignInModal } from "../shared/signIn";

interface Asked {
  readonly target: SignInTarget;
  readonly again: (() => void) | undefined;
}

/** Lets a person sign in from every error alert below it, and then tries again what failed. */
export function SignInProvider({ children }: { children: ReactNode }) {
  const backend = useBackend();
  const outer = useContext(RemediesContext);
  const [asked, setAsked] = useState<Asked | null>(null);
  const remedies = useMemo<Remedies>(
    () => ({
      ...outer,
      sign_in: (error, again) => {
        if (error.subject !== null) {
          setAsked({ target: { kind: "profile", profile: error.subject }, again });
        }
      },
    }),
    [outer],
  );
  return (
    <RemediesContext value={remedies}>
      {children}
      {asked !== null && (
        <SignInModal
          target={asked.target}
          calls={backend}
          onSignedIn={() => {
            setAsked(null);
            asked.again?.();
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </RemediesContext>
  );
}
