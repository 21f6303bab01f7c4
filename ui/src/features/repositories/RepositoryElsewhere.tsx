import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import type { ErrorActions } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { regionName } from "../../shared/regions";
import { useRequest } from "../../shared/useRequest";
import { CreateRepositoryModal } from "./CreateRepositoryModal";

interface RepositoryElsewhereProps {
  connection: AwsConnection;
  name: string;
  errorActions: ErrorActions;
  onRegion: (region: string) => void;
  /** Asks for the repository again, which is there by now. */
  onCreated: () => void;
}

/** Whether a repository that is missing here is in another region: it often is. */
export function RepositoryElsewhere({
  connection,
  name,
  errorActions,
  onRegion,
  onCreated,
}: RepositoryElsewhereProps) {
  const [creating, setCreating] = useState(false);
  const backend = useBackend();
  const found = useRequest(
    connection.kind === "practice" ? null : `${connectionKey(connection)} ${name}`,
    () => backend.repositoryElsewhere(connection, name),
  );
  const regions = found.answer ?? [];
  return (
    <div aria-live="polite" data-testid="repository-elsewhere">
      {found.loading && <StatusIndicator type="loading">Looking in other regions</StatusIndicator>}
      {regions.length > 0 && (
        <Alert
          type="info"
          header={regions.length === 1 ? "It is in another region" : "It is in other regions"}
        >
          <SpaceBetween direction="horizontal" size="xs">
            {regions.map((region) => (
              <Button
                key={region}
                onClick={() => onRegion(region)}
                data-testid={`elsewhere-${region}`}
              >
                {`Look at ${region}, ${regionName(region)}`}
              </Button>
            ))}
          </SpaceBetween>
        </Alert>
      )}
      <Box padding={{ top: "s" }}>
        <Button onClick={() => setCreating(true)} data-testid="repository-create-open">
          Create it here with my settings
        </Button>
      </Box>
      {creating && (
        <CreateRepositoryModal
          connection={connection}
          name={name}
          errorActions={errorActions}
          onClose={() => setCreating(false)}
          onCreated={() => {
            setCreating(false);
            onCreated();
          }}
        />
      )}
    </div>
  );
}
