import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import type { ClientLogins, LoginClient, LoginWay } from "../../ipc/generated";
import { useRequest } from "../useRequest";
import { ClientLoginBlock } from "./ClientLoginBlock";

/** What the program does with the logins of docker and Podman for one registry. */
export interface ClientLoginCalls {
  /** Says what there is; writes nothing. */
  readonly look: () => Promise<ClientLogins>;
  readonly apply: (client: LoginClient, way: LoginWay) => Promise<ClientLogins>;
  readonly undo: (client: LoginClient) => Promise<ClientLogins>;
}

interface ClientLoginsSectionProps {
  /** Which registry it is about. */
  about: string;
  calls: ClientLoginCalls;
  errorActions: ErrorActions;
}

/**
 * The person's own docker and Podman, folded away: a migration does not need them. They are looked
 * at once it is opened.
 */
export function ClientLoginsSection({ about, calls, errorActions }: ClientLoginsSectionProps) {
  const [opened, setOpened] = useState(false);
  const request = useRequest(opened ? about : null, calls.look);
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
            onApply={async (way) =>
              setChanged({ about, logins: await calls.apply(client.client, way) })
            }
            onUndo={async () => setChanged({ about, logins: await calls.undo(client.client) })}
            onLookAgain={reload}
            errorActions={errorActions}
          />
        ))}
      </SpaceBetween>
    </ExpandableSection>
  );
}
