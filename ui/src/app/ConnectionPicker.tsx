import FormField from "@cloudscape-design/components/form-field";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import { useBackend } from "../ipc/BackendContext";
import type { AwsConnection } from "../ipc/generated";
import { connectionKey, connectionLabel } from "../shared/connection";
import { useRequest } from "../shared/useRequest";

interface ConnectionPickerProps {
  connection: AwsConnection | null;
  onChange: (connection: AwsConnection) => void;
}

type Choice = SelectProps.Option & { connection: AwsConnection };

/** Which ECR is looked at: a saved profile, an AWS profile, or practice. */
export function ConnectionPicker({ connection, onChange }: ConnectionPickerProps) {
  const backend = useBackend();
  const saved = useRequest("saved", () => backend.savedProfilesList());
  const aws = useRequest("aws", () => backend.awsProfilesList());
  const choice = (label: string, value: string, to: AwsConnection): Choice => ({
    label,
    value,
    connection: to,
    description: to.kind === "profile" ? connectionLabel(to) : undefined,
  });
  const savedChoices = (saved.answer ?? []).map((profile) =>
    choice(profile.name, `saved:${profile.id}`, profile.connection),
  );
  const awsChoices = (aws.answer?.profiles ?? []).map((profile) => ({
    ...choice(profile.name, `aws:${profile.name}`, {
      kind: "profile",
      profile: profile.name,
      region: null,
      ecr_endpoint: null,
      registry_endpoint: null,
    }),
    description: profile.region ?? undefined,
  }));
  const practice = choice("Practice", "practice", { kind: "practice" });
  const choices = [...savedChoices, ...awsChoices, practice];
  const key = connection === null ? null : connectionKey(connection);
  const selected =
    connection === null
      ? null
      : (choices.find((one) => connectionKey(one.connection) === key) ??
        choice(connectionLabel(connection), "current", connection));
  return (
    <FormField label="ECR of">
      <Select
        selectedOption={selected}
        options={[
          ...(savedChoices.length > 0 ? [{ label: "Saved profiles", options: savedChoices }] : []),
          ...(awsChoices.length > 0 ? [{ label: "AWS profiles", options: awsChoices }] : []),
          practice,
        ]}
        statusType={saved.loading || aws.loading ? "loading" : "finished"}
        loadingText="Reading profiles"
        placeholder="Choose a profile"
        onChange={({ detail }) => {
          const found = choices.find((one) => one.value === detail.selectedOption.value);
          if (found !== undefined) {
            onChange(found.connection);
          }
        }}
        data-testid="connection-picker"
      />
    </FormField>
  );
}
