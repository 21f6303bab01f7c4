import type { ErrorActions } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection } from "../../ipc/generated";
import { ClientLoginsSection } from "../../shared/clientLogins";
import { connectionKey } from "../../shared/connection";

interface ClientLoginsContainerProps {
  connection: AwsConnection;
  errorActions: ErrorActions;
}

/** The logins of docker and Podman for the registry of a connection. */
export function ClientLoginsContainer({ connection, errorActions }: ClientLoginsContainerProps) {
  const backend = useBackend();
  return (
    <ClientLoginsSection
      about={connectionKey(connection)}
      calls={{
        look: () => backend.clientLogins(connection),
        apply: (client, way) => backend.clientLoginApply(connection, client, way),
        undo: (client) => backend.clientLoginUndo(connection, client),
      }}
      errorActions={errorActions}
    />
  );
}
