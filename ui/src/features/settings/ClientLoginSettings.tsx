import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import type { ErrorActions } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection } from "../../ipc/generated";
import { ClientLoginsSection } from "../../shared/clientLogins";

interface ClientLoginSettingsProps {
  /** The destination of the wizard, or `null`. */
  connection: AwsConnection | null;
  errorActions: ErrorActions;
}

/** The logins of docker and Podman for the registry of the current destination. */
export function ClientLoginSettings({ connection, errorActions }: ClientLoginSettingsProps) {
  const backend = useBackend();
  return (
    <Container header={<Header variant="h2">Docker and Podman</Header>}>
      {connection === null ? (
        <Box color="text-body-secondary" data-testid="client-logins-none">
          To log in with docker or Podman, choose an AWS profile in Migrate first.
        </Box>
      ) : (
        <ClientLoginsSection
          backend={backend}
          connection={connection}
          errorActions={errorActions}
        />
      )}
    </Container>
  );
}
