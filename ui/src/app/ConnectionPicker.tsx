import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import { useBackend } from "../ipc/BackendContext";
import type { AwsConnection, AwsProfile } from "../ipc/generated";
import { connectionKey, connectionLabel, profileConnection } from "../shared/connection";
import { RegionField } from "../shared/RegionField";
import { useRequest } from "../shared/useRequest";

interface ConnectionPickerProps {
  connection: AwsConnection | null;
  onChange: (connection: AwsConnection) => void;
}

type Choice = SelectProps.Option & { connection: AwsConnection };

function profileChoice({ name, region, problem }: AwsProfile): Choice {
  return {
    label: name,
    value: `aws:${name}`,
    description: problem ?? region ?? "No default Region",
    connection: profileConnection(name),
  };
}

/** The region is chosen in a separate field. */
function withoutRegion(connection: AwsConnection): AwsConnection {
  return connection.kind === "practice" ? connection : { ...connection, region: null };
}

/**
 * Selects the connection of the Repositories page: a saved profile, an AWS profile, or practice
 * mode, and a region.
 */
export function ConnectionPicker({ connection, onChange }: ConnectionPickerProps) {
  const backend = useBackend();
  const saved = useRequest("saved", () => backend.savedProfilesList());
  const aws = useRequest("aws", () => backend.awsProfilesList());
  const savedChoices = (saved.answer ?? []).map(
    (profile): Choice => ({
      label: profile.name,
      value: `saved:${profile.id}`,
      description: connectionLabel(profile.connection),
      connection: profile.connection,
    }),
  );
  const awsChoices = (aws.answer?.profiles ?? []).map(profileChoice);
  const practice: Choice = {
    label: "Practice",
    value: "practice",
    connection: { kind: "practice" },
  };
  const choices = [...savedChoices, ...awsChoices, practice];
  const found = (wanted: AwsConnection) =>
    choices.find((one) => connectionKey(one.connection) === connectionKey(wanted));
  const selected =
    connection === null
      ? null
      : (found(connection) ??
        found(withoutRegion(connection)) ?? {
          label: connectionLabel(withoutRegion(connection)),
          value: "current",
        });
  const ownRegion =
    connection?.kind === "profile"
      ? (aws.answer?.profiles.find(({ name }) => name === connection.profile)?.region ?? null)
      : null;
  return (
    <ColumnLayout columns={2}>
      <FormField label="ECR connection">
        <Select
          selectedOption={selected}
          options={[
            ...(savedChoices.length > 0
              ? [{ label: "Saved profiles", options: savedChoices }]
              : []),
            ...(awsChoices.length > 0 ? [{ label: "AWS profiles", options: awsChoices }] : []),
            practice,
          ]}
          statusType={saved.loading || aws.loading ? "loading" : "finished"}
          loadingText="Loading profiles"
          placeholder="Choose a profile"
          onChange={({ detail }) => {
            const chosen = choices.find((one) => one.value === detail.selectedOption.value);
            if (chosen !== undefined) {
              onChange(chosen.connection);
            }
          }}
          data-testid="connection-picker"
        />
      </FormField>
      {connection?.kind === "profile" && (
        <RegionField
          region={connection.region ?? ownRegion}
          own={ownRegion}
          onChange={(region) =>
            onChange({ ...connection, region: region === ownRegion ? null : region })
          }
          data-testid="connection-picker-region"
        />
      )}
    </ColumnLayout>
  );
}
