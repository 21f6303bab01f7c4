import { useBackend } from "../../../ipc/BackendContext";
import { ClientLoginsSection } from "../../../shared/clientLogins";
import { LoginStep } from "../steps/LoginStep";
import type { StepContext } from "./steps";

/** Step 4 with what it shows: the login, and those of docker and Podman. */
export function LoginContainer({ draft, data, errorActions }: StepContext) {
  const backend = useBackend();
  return (
    <LoginStep
      login={data.login}
      clientLogins={
        draft.connection !== null && (
          <ClientLoginsSection
            backend={backend}
            connection={draft.connection}
            errorActions={errorActions}
          />
        )
      }
      errorActions={errorActions}
    />
  );
}
