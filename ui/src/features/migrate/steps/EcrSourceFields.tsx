import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { AwsProfile, ImageSource } from "../../../ipc/generated";
import { profileConnection, signerName } from "../../../shared/connection";
import { ConnectionDetails } from "./ConnectionDetails";

type EcrSource = Extract<ImageSource, { kind: "ecr" }>;

interface EcrSourceFieldsProps {
  source: EcrSource;
  profiles: readonly AwsProfile[];
  /** Whether practice mode is offered. */
  practice: boolean;
  onChange: (source: EcrSource) => void;
}

const practiceOption = { value: "practice", label: "Practice" };

/** AWS profile and region of an ECR source. */
export function EcrSourceFields({ source, profiles, practice, onChange }: EcrSourceFieldsProps) {
  const { connection } = source;
  const chosen = connection.kind === "profile" ? connection.profile : "";
  const profileOptions = profiles.map(({ name, region, problem }) => ({
    value: `profile ${name}`,
    label: name,
    description: problem ?? region ?? undefined,
  }));
  const options = practice ? [...profileOptions, practiceOption] : profileOptions;
  const selected =
    connection.kind === "profile" && chosen === ""
      ? null
      : { label: signerName(connection), value: `${connection.kind} ${chosen}`.trim() };
  return (
    <SpaceBetween size="m">
      <FormField
        label="Source AWS profile"
        description="Requires read permission. Transload renews the registry token during the migration."
      >
        <Select
          selectedOption={selected}
          options={options}
          placeholder="Choose a profile"
          empty="No AWS profiles found"
          filteringType="auto"
          filteringAriaLabel="Find profiles"
          expandToViewport
          onChange={({ detail }) => {
            const value = detail.selectedOption.value ?? "";
            onChange({
              kind: "ecr",
              connection:
                value === practiceOption.value
                  ? { kind: "practice" }
                  : profileConnection(value.slice("profile ".length)),
            });
          }}
          data-testid="ecr-source-profile"
        />
      </FormField>
      {connection.kind === "profile" && chosen !== "" && (
        <ConnectionDetails
          connection={connection}
          profileRegion={profiles.find(({ name }) => name === chosen)?.region ?? null}
          onChange={(changed) => onChange({ kind: "ecr", connection: changed })}
        />
      )}
    </SpaceBetween>
  );
}
