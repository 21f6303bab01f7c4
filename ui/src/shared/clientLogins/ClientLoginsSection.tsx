import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import type { AwsConnection, ClientLogins, LoginClient, LoginWay } from "../../ipc/generated";
import { connectionKey } from "../connection";
import { useRequest } from "../useRequest";
import { ClientLoginBlock } from "./ClientLoginBlock";

/** Who looks at the logins of docker and Podman for a registry, and changes them. */
interface ClientLoginCalls {
  clientLogins(connection: AwsConnection): Promise<ClientLogins>;
  clientLoginApply(
    connection: AwsConnection,
    client: LoginClient,
    way: LoginWay,
  ): Promise<ClientLogins>;
  clientLoginUndo(connection: AwsConnection, client: LoginClient): Promise<ClientLogins>;
}

interface ClientLoginsSectionProps {
  backend: ClientLoginCalls;
  /** Whose registry it is about. */
  connection: AwsConnection;
  errorActions: ErrorActions;
}

/**
 * The person's own docker and Podman, folded away: a migration does not need them. They are looked
 * at once it is opened.
 */
export function ClientLoginsSection(props: ClientLoginsSectionProps) {
  const { backend, connection, errorActions } = props;
  const about = connectionKey(connection);
  const [opened, setOpened] = useState(false);
  const request = useRequest(opened ? about : null, () => backend.clientLogins(connection));
  /** What a change left behind, until it is asked anew. */
  const [changed, setChanged] = useState<{ about: string; logins: ClientLogins } | null>(null);
  const logins = changed?.about === about ? changed.logins : request.answer;

  const reload = () => {
    setChanged(null);
    request.reload();
  };

  return (
    <ExpandableSection
      headerText="Log in for docker and Podman too"
      headerDescription="Only if you want to push or pull with them yourself. Transload does not need it."
      expanded={opened}
      onChange={({ detail }) => setOpened(detail.expanded)}
      data-testid="client-logins"
    >
      <SpaceBetween size="l">
        {request.error !== null && (
          <ErrorAlert error={request.error} actions={{ ...errorActions, retry: reload }} />
        )}
        {logins === null && request.loading && (
          <StatusIndicator type="loading">Looking at their configuration</StatusIndicator>
        )}
        {logins?.clients.length === 0 && (
          <div>Neither docker nor Podman is on this computer, as far as its search path says.</div>
        )}
        {logins?.clients.map((client) => (
          <ClientLoginBlock
            key={client.client}
            registry={logins.registry}
            login={client}
            onApply={async (way) => {
              const logins = await backend.clientLoginApply(connection, client.client, way);
              setChanged({ about, logins });
            }}
            onUndo={async () => {
              const logins = await backend.clientLoginUndo(connection, client.client);
              setChanged({ about, logins });
            }}
            onLookAgain={reload}
            errorActions={errorActions}
          />
        ))}
      </SpaceBetween>
    </ExpandableSection>
  );
}
