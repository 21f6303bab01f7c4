import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useRef, useState } from "react";
import type { ErrorActions } from "../../errors";
import type { AwsConnection } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { RepositoryDetailsView } from "./RepositoryDetailsView";
import { RepositoryList } from "./RepositoryList";

/** Props of {@link RepositoriesPage}. */
export interface RepositoriesPageProps {
  /** Which ECR is looked at; nothing until one is chosen. */
  connection: AwsConnection | null;
  /** Lets the person choose the connection. */
  connectionPicker: ReactNode;
  /** The repository that is open at first; nothing opens the list. */
  initialRepository?: string | null;
  /** What the frame can do about failures, such as showing the settings. */
  errorActions?: ErrorActions;
  /** Looks at another region of the same account. */
  onRegion?: (region: string) => void;
}

/** What is in ECR: the repositories of a connection, and what is in one of them. */
export function RepositoriesPage({
  connection,
  connectionPicker,
  initialRepository = null,
  errorActions = {},
  onRegion = () => {},
}: RepositoriesPageProps) {
  const key = connection === null ? null : connectionKey(connection);
  const [opened, setOpened] = useState(
    initialRepository === null ? null : { key, name: initialRepository },
  );
  // The list is asked for anew after a repository was deleted.
  const [deletions, setDeletions] = useState(0);
  const picker = useRef<HTMLDivElement>(null);
  const toPicker = (last: boolean) => () => {
    setOpened(null);
    // The picker is hidden under the details until the list is drawn again. Its selects are the
    // profile and, behind it, the region.
    setTimeout(() => {
      const selects = picker.current?.querySelectorAll<HTMLElement>("button, input") ?? [];
      selects[last ? selects.length - 1 : 0]?.focus();
    });
  };
  const actions = {
    choose_profile: toPicker(false),
    choose_region: toPicker(true),
    ...errorActions,
  };
  // A repository that was open belongs to the connection that it was opened with.
  const openName = opened !== null && opened.key === key ? opened.name : null;

  return (
    <SpaceBetween size="l">
      {/* The list stays mounted under the details: its page, search and order are there on return. */}
      <div hidden={openName !== null}>
        <ContentLayout
          header={
            <Header variant="h1" description="What is in Amazon ECR in this account and region.">
              Repositories
            </Header>
          }
        >
          <SpaceBetween size="l">
            <div ref={picker}>
              <Container data-testid="repositories-connection">{connectionPicker}</Container>
            </div>
            {connection === null ? (
              <Container>
                <Box textAlign="center" padding="l" data-testid="repositories-no-connection">
                  <Box variant="strong">No AWS profile is chosen</Box>
                  <Box variant="p" color="text-body-secondary">
                    Choose a profile above to see its repositories, or practice mode to look around
                    without AWS.
                  </Box>
                </Box>
              </Container>
            ) : (
              <RepositoryList
                key={`${key} ${deletions}`}
                connection={connection}
                onOpen={(name) => setOpened({ key, name })}
                errorActions={actions}
              />
            )}
          </SpaceBetween>
        </ContentLayout>
      </div>
      {connection !== null && openName !== null && (
        <RepositoryDetailsView
          key={`${key} ${openName}`}
          connection={connection}
          name={openName}
          onClose={() => setOpened(null)}
          onDeleted={() => {
            setOpened(null);
            setDeletions((count) => count + 1);
          }}
          onRegion={(region) => {
            // The same repository is opened there.
            if (connection.kind !== "practice") {
              setOpened({ key: connectionKey({ ...connection, region }), name: openName });
            }
            onRegion(region);
          }}
          errorActions={actions}
        />
      )}
    </SpaceBetween>
  );
}
