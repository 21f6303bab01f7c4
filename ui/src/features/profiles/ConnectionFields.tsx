import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import type { AwsProfiles } from "../../ipc/generated";
import { AwsConfigProblems, IgnoredSections } from "../../shared/AwsConfigNotes";
import { RegionField } from "../../shared/RegionField";
import type { Request } from "../../shared/useRequest";
import type { ProfileDraft, ProfileProblems } from "./profileDraft";

interface ConnectionFieldsProps {
  draft: ProfileDraft;
  problems: ProfileProblems;
  awsProfiles: Request<AwsProfiles>;
  errorActions: ErrorActions;
  onChange: (draft: ProfileDraft) => void;
}

/** The AWS profiles of this computer, and the draft's own where it is not among them. */
function awsProfileOptions(profiles: AwsProfiles | null, chosen: string): SelectProps.Option[] {
  const options: SelectProps.Option[] = (profiles?.profiles ?? []).map((profile) => ({
    value: profile.name,
    label: profile.name,
    description: profile.problem ?? profile.region ?? "No region of its own",
  }));
  const known = options.some((option) => option.value === chosen);
  return chosen === "" || known || profiles === null
    ? options
    : [
        { value: chosen, label: chosen, description: "Not in the AWS configuration here" },
        ...options,
      ];
}

/** Which ECR a saved profile stands for, and as whom. */
export function ConnectionFields({
  draft,
  problems,
  awsProfiles,
  errorActions,
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
      <FormField label="Where images go">
        <RadioGroup
          value={draft.practice ? "practice" : "profile"}
          onChange={({ detail }) => onChange({ ...draft, practice: detail.value === "practice" })}
          items={[
            { value: "profile", label: "Amazon ECR", description: "With an AWS profile." },
            {
              value: "practice",
              label: "Practice",
              description: "The ECR inside Transload; nothing leaves this computer.",
            },
          ]}
          data-testid="profile-form-kind"
        />
      </FormField>
      {!draft.practice && (
        <SpaceBetween size="l">
          {awsProfiles.error !== null && (
            <ErrorAlert
              error={awsProfiles.error}
              actions={{ ...errorActions, retry: awsProfiles.reload }}
            />
          )}
          <AwsConfigProblems files={awsProfiles.answer?.files ?? []} />
          <FormField
            label="AWS profile"
            description="From the AWS configuration of this computer."
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
              empty="The AWS configuration holds no profile."
              statusType={awsProfiles.loading ? "loading" : "finished"}
              loadingText="Reading the AWS configuration"
              filteringType="auto"
              filteringAriaLabel="Find an AWS profile"
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
            description="Empty for the AWS profile's own."
            placeholder={ownRegion ?? "As in the AWS profile"}
            onChange={(region) => onChange({ ...draft, region: region ?? "" })}
            data-testid="profile-form-region"
          />
          <ExpandableSection
            headerText="Endpoints"
            headerDescription="For VPC endpoints and emulators; usually empty."
            // A field that stops the form from being saved must not hide behind a fold.
            expanded={
              endpointsOpen ||
              problems.ecrEndpoint !== undefined ||
              problems.registryEndpoint !== undefined
            }
            onChange={({ detail }) => setEndpointsOpen(detail.expanded)}
            data-testid="profile-form-endpoints"
          >
            <SpaceBetween size="l">
              <FormField
                label="ECR API endpoint"
                constraintText="Such as https://vpce-1234.api.ecr.eu-west-1.vpce.amazonaws.com."
                errorText={problems.ecrEndpoint}
              >
                <Input
                  value={draft.ecrEndpoint}
                  spellcheck={false}
                  onChange={({ detail }) => onChange({ ...draft, ecrEndpoint: detail.value })}
                  data-testid="profile-form-ecr-endpoint"
                />
              </FormField>
              <FormField
                label="Registry endpoint"
                constraintText="The address that images are pushed to, where it is not the account's own."
                errorText={problems.registryEndpoint}
              >
                <Input
                  value={draft.registryEndpoint}
                  spellcheck={false}
                  onChange={({ detail }) => onChange({ ...draft, registryEndpoint: detail.value })}
                  data-testid="profile-form-registry-endpoint"
                />
              </FormField>
            </SpaceBetween>
          </ExpandableSection>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
