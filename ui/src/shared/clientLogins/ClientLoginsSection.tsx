import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { ErrorAlert } from "../../errors";
import type { AwsConnection, ClientLogins, Commands } from "../../ipc/generated";
import { connectionKey } from "../connection";
import { StatusText } from "../StatusText";
import { useRequest } from "../useRequest";
import { ClientLoginBlock } from "./ClientLoginBlock";

interface ClientLoginsSectionProps {
  backend: Pick<Commands, "clientLogins" | "clientLoginApply" | "clientLoginUndo">;
  connection: AwsConnection;
}

/**
 * Logins of docker and Podman. Collapsed initially, because a migration doesn't require them.
 * Loaded when expanded.
 */
export function ClientLoginsSection(props: ClientLoginsSectionProps) {
  const { backend, connection } = props;
  const about = connectionKey(connection);
  const [opened, setOpened] = useState(false);
  const request = useRequest(opened ? about : null, () => backend.clientLogins(connection));
  /** The result of the last change, until the next reload. */
  const [changed, setChanged] = useState<{ about: string; logins: ClientLogins } | null>(null);
  // A newer answer replaces it, for example after an undo in a notification.
  const answer = request.answer;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new answer is the reason
  useEffect(() => setChanged(null), [answer]);
  const logins = changed?.about === about ? changed.logins : request.answer;

  const reload = () => {
    setChanged(null);
    request.reload();
  };

  return (
    <ExpandableSection
      headerText="Log in with docker and Podman"
      headerDescription="Required only if you push or pull with these tools. Transload doesn’t use this login."
      expanded={opened}
      onChange={({ detail }) => setOpened(detail.expanded)}
      data-testid="client-logins"
    >
      <SpaceBetween size="l">
        {request.error !== null && <ErrorAlert error={request.error} actions={{ retry: reload }} />}
        {logins === null && request.loading && (
          <StatusText type="loading">Reading the configuration</StatusText>
        )}
        {logins?.clients.length === 0 && (
          <div>Couldn’t find docker or Podman in the search path (PATH).</div>
        )}
        {logins?.clients.map((client) => (
          <ClientLoginBlock
            key={client.client}
            registry={logins.registry}
            login={client}
            onApply={async (method) => {
              const logins = await backend.clientLoginApply(connection, client.client, method);
              setChanged({ about, logins });
            }}
            onUndo={async () => {
              const logins = await backend.clientLoginUndo(connection, client.client);
              setChanged({ about, logins });
            }}
            onReload={reload}
          />
        ))}
      </SpaceBetween>
    </ExpandableSection>
  );
}
