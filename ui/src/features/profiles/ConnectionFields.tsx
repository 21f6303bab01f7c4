import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import type { AwsProfiles } from "../../ipc/generated";
import { AwsConfigProblems, IgnoredSections } from "../../shared/AwsConfigNotes";
import { RegionField } from "../../shared/RegionField";
import { TextField } from "../../shared/TextField";
import type { Request } from "../../shared/useRequest";
import type { ProfileDraft, ProfileProblems } from "./profileDraft";

interface ConnectionFieldsProps {
  draft: ProfileDraft;
  problems: ProfileProblems;
  awsProfiles: Request<AwsProfiles>;
  onChange: (draft: ProfileDraft) => void;
}

/** The AWS profiles, including the selected profile if it is missing in the configuration. */
function awsProfileOptions(profiles: AwsProfiles | null, chosen: string): SelectProps.Option[] {
  const options: SelectProps.Option[] = (profiles?.profiles ?? []).map((profile) => ({
    value: profile.name,
    label: profile.name,
    description: profile.problem ?? profile.region ?? "No default Region",
  }));
  const known = options.some((option) => option.value === chosen);
  return chosen === "" || known || profiles === null
    ? options
    : [{ value: chosen, label: chosen, description: "Not in the AWS configuration" }, ...options];
}

/** Destination fields of a saved profile. */
export function ConnectionFields({
  draft,
  problems,
  awsProfiles,
  onChange,
}: ConnectionFieldsProps) {
  const [endpointsOpen, setEndpointsOpen] = useState(
    draft.ecrEndpoint !== "" || draft.registryEndpoint !== "",
  );
  const options = awsProfileOptions(awsProfiles.answer, draft.awsProfile);
  const ownRegion =
    awsProfiles.answer?.profiles.find(({ name }) => name === draft.awsProfile)?.region ?? null;

  return (
    <SpaceBetween size="l">
      <FormField label="Destination">
        <RadioGroup
          value={draft.practice ? "practice" : "profile"}
          onChange={({ detail }) => onChange({ ...draft, practice: detail.value === "practice" })}
          items={[
            { value: "profile", label: "Amazon ECR", description: "Uses an AWS profile." },
            {
              value: "practice",
              label: "Practice",
              description: "The registry inside Transload. Makes no changes to AWS.",
            },
          ]}
          data-testid="profile-form-kind"
        />
      </FormField>
      {!draft.practice && (
        <SpaceBetween size="l">
          {awsProfiles.error !== null && (
            <ErrorAlert error={awsProfiles.error} actions={{ retry: awsProfiles.reload }} />
          )}
          <AwsConfigProblems files={awsProfiles.answer?.files ?? []} />
          <FormField
            label="AWS profile"
            description="A profile in the AWS configuration of this computer."
            errorText={problems.awsProfile}
          >
            <Select
              selectedOption={
                options.find((option) => option.value === draft.awsProfile) ??
                (draft.awsProfile === ""
                  ? null
                  : { value: draft.awsProfile, label: draft.awsProfile })
              }
              options={options}
              placeholder="Choose an AWS profile"
              empty="No AWS profiles found"
              statusType={awsProfiles.loading ? "loading" : "finished"}
              loadingText="Loading the AWS configuration"
              filteringType="auto"
              filteringAriaLabel="Find AWS profiles"
              expandToViewport
              onChange={({ detail }) =>
                onChange({ ...draft, awsProfile: detail.selectedOption.value ?? "" })
              }
              data-testid="profile-form-aws-profile"
            />
          </FormField>
          <IgnoredSections ignored={awsProfiles.answer?.ignored ?? []} />
          <RegionField
            region={draft.region === "" ? null : draft.region}
            own={ownRegion}
            description="Leave empty to use the Region of the AWS profile."
            placeholder={ownRegion ?? "Region of the AWS profile"}
            onChange={(region) => onChange({ ...draft, region: region ?? "" })}
            data-testid="profile-form-region"
          />
          <ExpandableSection
            headerText="Endpoints"
            headerDescription="Only for VPC endpoints and emulators."
            // A section with an invalid field must be expanded.
            expanded={
              endpointsOpen ||
              problems.ecrEndpoint !== undefined ||
              problems.registryEndpoint !== undefined
            }
            onChange={({ detail }) => setEndpointsOpen(detail.expanded)}
            data-testid="profile-form-endpoints"
          >
            <SpaceBetween size="l">
              <TextField
                label="ECR API endpoint"
                constraintText="For example, https://vpce-1234.api.ecr.eu-west-1.vpce.amazonaws.com."
                errorText={problems.ecrEndpoint}
                value={draft.ecrEndpoint}
                onChange={(value) => onChange({ ...draft, ecrEndpoint: value })}
                testId="profile-form-ecr-endpoint"
              />
              <TextField
                label="Registry endpoint"
                constraintText="Registry address, if it differs from the address of the account."
                errorText={problems.registryEndpoint}
                value={draft.registryEndpoint}
                onChange={(value) => onChange({ ...draft, registryEndpoint: value })}
                testId="profile-form-registry-endpoint"
              />
            </SpaceBetween>
          </ExpandableSection>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
