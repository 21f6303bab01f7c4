import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { ErrorAlert } from "../../../errors";
import type { AwsConnection, RegistryConfiguration, RegistryPart } from "../../../ipc/generated";
import { isRead } from "./lastRead";

/** What a card needs that changes its part of the configuration. */
export interface ChangeableCardProps {
  connection: AwsConnection;
  configuration: RegistryConfiguration;
  onChanged: () => void;
}

interface RegistryCardProps {
  configuration: RegistryConfiguration;
  part: RegistryPart;
  title: string;
  description?: string;
  actions?: ReactNode;
  children: ReactNode;
}

/**
 * A part of the configuration. If it couldn't be read, the card says why, and the others work. Below that it
 * stays as it was read last, with a form that is open on it.
 */
export function RegistryCard(props: RegistryCardProps) {
  const { configuration, part, title, description, actions, children } = props;
  const failure = configuration.errors.find((one) => one.part === part);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={description}
          actions={failure === undefined ? actions : undefined}
        >
          {title}
        </Header>
      }
      data-testid={`registry-${part}`}
    >
      {failure !== undefined && (
        <Box padding={isRead(configuration, part) ? { bottom: "s" } : undefined}>
          <ErrorAlert error={failure.error} />
        </Box>
      )}
      {(failure === undefined || isRead(configuration, part)) && (
        <SpaceBetween size="s">{children}</SpaceBetween>
      )}
    </Container>
  );
}
