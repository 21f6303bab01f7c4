import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { AwsProfile, ImageSource } from "../../../ipc/generated";
import { profileConnection, signerName } from "../../../shared/connection";
import { ConnectionDetails } from "./ConnectionDetails";

type EcrSource = Extract<ImageSource, { kind: "ecr" }>;

interface EcrSourceFieldsProps {
  source: EcrSource;
  /** The profiles of the AWS configuration. */
  profiles: readonly AwsProfile[];
  /** Whether the practice ECR may be chosen, too. */
  practice: boolean;
  onChange: (source: EcrSource) => void;
}

const practiceOption = { value: "practice", label: "Practice" };

/** The account and region of an ECR that images come from. */
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
        label="AWS profile of the source"
        description="It needs to read there. Its registry token is renewed while images are copied."
      >
        <Select
          selectedOption={selected}
          options={options}
          placeholder="Choose a profile"
          empty="There is no AWS profile on this computer"
          filteringType="auto"
          filteringAriaLabel="Find a profile"
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
