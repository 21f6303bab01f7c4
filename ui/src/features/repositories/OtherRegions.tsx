import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useBackend } from "../../ipc";
import type { AwsConnection } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { regionName } from "../../shared/regions";
import { StatusText } from "../../shared/StatusText";
import { useRequest } from "../../shared/useRequest";
import { CreateRepositoryModal } from "./CreateRepositoryModal";

interface RepositoryElsewhereProps {
  connection: AwsConnection;
  name: string;
  onRegion: (region: string) => void;
  /** Reloads the repository after it was created. */
  onCreated: () => void;
}

/** Searches a missing repository in other regions. */
export function OtherRegions({ connection, name, onRegion, onCreated }: RepositoryElsewhereProps) {
  const [creating, setCreating] = useState(false);
  const backend = useBackend();
  const found = useRequest(
    connection.kind === "practice" ? null : `${connectionKey(connection)} ${name}`,
    () => backend.repositoryInOtherRegion(connection, name),
  );
  const regions = found.answer ?? [];
  return (
    <div aria-live="polite" data-testid="repository-elsewhere">
      {found.loading && <StatusText type="loading">Searching other Regions</StatusText>}
      {regions.length > 0 && (
        <Alert
          type="info"
          header={
            regions.length === 1
              ? "The repository exists in another Region"
              : "The repository exists in other Regions"
          }
        >
          <SpaceBetween direction="horizontal" size="xs">
            {regions.map((region) => (
              <Button
                key={region}
                onClick={() => onRegion(region)}
                data-testid={`elsewhere-${region}`}
              >
                {`Open in ${region}, ${regionName(region)}`}
              </Button>
            ))}
          </SpaceBetween>
        </Alert>
      )}
      <Box padding={{ top: "s" }}>
        <Button onClick={() => setCreating(true)} data-testid="repository-create-open">
          Create repository with default settings
        </Button>
      </Box>
      {creating && (
        <CreateRepositoryModal
          connection={connection}
          name={name}
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
