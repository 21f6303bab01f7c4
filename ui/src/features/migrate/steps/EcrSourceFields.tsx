import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Modal from "@cloudscape-design/components/modal";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import type { AwsProfile, ImageSource } from "../../../ipc/generated";
import { profileConnection, signerName } from "../../../shared/connection";
import { ConnectionDetails } from "./ConnectionDetails";
import { SourceFact } from "./SourceField";

type EcrSource = Extract<ImageSource, { kind: "ecr" }>;

interface EcrSourceFieldsProps {
  source: EcrSource;
  profiles: readonly AwsProfile[];
  /** Whether practice mode is offered. */
  practice: boolean;
  onChange: (source: EcrSource) => void;
}

const practiceOption = { value: "practice", label: "Practice" };

/** AWS profile of an ECR source, and a dialog for its region and endpoints. */
export function EcrSourceFields({ source, profiles, practice, onChange }: EcrSourceFieldsProps) {
  const [details, setDetails] = useState(false);
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
  const profileRegion = profiles.find(({ name }) => name === chosen)?.region ?? null;
  return (
    <>
      <div className="source-wide">
        <FormField label="Source AWS profile" stretch>
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
      </div>
      {connection.kind === "profile" && chosen !== "" && (
        <SourceFact label="Region">
          <Button
            variant="inline-link"
            onClick={() => setDetails(true)}
            ariaLabel="Change the Region and endpoints of the source"
            data-testid="ecr-source-details"
          >
            {connection.region ?? profileRegion ?? "Choose a region"}
          </Button>
          {details && (
            <Modal
              visible
              header="Region and endpoints of the source"
              onDismiss={() => setDetails(false)}
              footer={
                <Button variant="primary" onClick={() => setDetails(false)}>
                  Done
                </Button>
              }
            >
              <ConnectionDetails
                connection={connection}
                profileRegion={profileRegion}
                onChange={(changed) => onChange({ kind: "ecr", connection: changed })}
              />
            </Modal>
          )}
        </SourceFact>
      )}
    </>
  );
}
