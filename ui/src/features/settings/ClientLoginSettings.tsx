import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useBackend } from "../../ipc";
import type { AwsConnection } from "../../ipc/generated";
import { ClientLoginsSection } from "../../shared/clientLogins";

interface ClientLoginSettingsProps {
  /** The account of the window, or `null`. */
  connection: AwsConnection | null;
}

/** The logins of docker and Podman for the registry of the account of the window. */
export function ClientLoginSettings({ connection }: ClientLoginSettingsProps) {
  const backend = useBackend();
  return (
    <Container header={<Header variant="h2">Docker and Podman</Header>}>
      {connection === null ? (
        <Box color="text-body-secondary" data-testid="client-logins-none">
          To log in with docker or Podman, choose an AWS profile in the top bar.
        </Box>
      ) : (
        <ClientLoginsSection backend={backend} connection={connection} />
      )}
    </Container>
  );
}
