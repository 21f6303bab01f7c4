import { useBackend } from "../../../ipc/BackendContext";
import { ClientLoginsSection } from "../../../shared/clientLogins";
import { LoginStep } from "../steps/LoginStep";
import type { StepContext } from "./wizardStep";

/** Connects step 4 with its data: the registry login and the logins of docker and Podman. */
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
