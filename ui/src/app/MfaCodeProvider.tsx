import { type ReactNode, useContext, useMemo, useState } from "react";
import { type Remedies, RemediesContext } from "../errors";
import { useBackend } from "../ipc/BackendContext";
import type { AwsConnection } from "../ipc/generated";
import { profileConnection } from "../shared/connection";
import { MfaCodeModal } from "../shared/signIn/MfaCodeModal";

interface MfaCodeProviderProps {
  /** The connections in use; their settings go with a code. */
  connections: readonly (AwsConnection | null)[];
  children: ReactNode;
}

interface Asked {
  readonly profile: string;
  readonly message: string;
  readonly again: (() => void) | undefined;
}

/** Lets a person type an MFA code from every error alert below it, and then tries again. */
export function MfaCodeProvider({ connections, children }: MfaCodeProviderProps) {
  const backend = useBackend();
  const outer = useContext(RemediesContext);
  const [asked, setAsked] = useState<Asked | null>(null);
  const remedies = useMemo<Remedies>(
    () => ({
      ...outer,
      enter_mfa_code: ({ subject, message }, again) => {
        if (subject !== null) {
          setAsked({ profile: subject, message, again });
        }
      },
    }),
    [outer],
  );
  return (
    <RemediesContext value={remedies}>
      {children}
      {asked !== null && (
        <MfaCodeModal
          profile={asked.profile}
          message={asked.message}
          onSubmit={async (code) => {
            await backend.awsMfaSubmit(connectionOf(asked.profile, connections), code);
            setAsked(null);
            asked.again?.();
          }}
          onDismiss={() => setAsked(null)}
        />
      )}
    </RemediesContext>
  );
}

/** The connection in use that has the profile, or one with nothing but the profile. */
function connectionOf(
  profile: string,
  connections: readonly (AwsConnection | null)[],
): AwsConnection {
  const used = connections.find((one) => one?.kind === "profile" && one.profile === profile);
  return used ?? profileConnection(profile);
}
