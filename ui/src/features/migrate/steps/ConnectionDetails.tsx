import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { AwsConnection } from "../../../ipc/generated";
import { RegionField } from "../../../shared/RegionField";
import { endpointProblem } from "../wizard/validation";
import { TypedField } from "./TypedField";

type ProfileConnection = Extract<AwsConnection, { kind: "profile" }>;

interface ConnectionDetailsProps {
  connection: ProfileConnection;
  /** Default region of the AWS profile. */
  profileRegion: string | null;
  onChange: (connection: AwsConnection) => void;
}

/** Region and endpoint fields of the selected profile. */
export function ConnectionDetails({ connection, profileRegion, onChange }: ConnectionDetailsProps) {
  return (
    <SpaceBetween size="m">
      <RegionField
        region={connection.region ?? profileRegion}
        own={profileRegion}
        description={
          profileRegion === null
            ? "The profile has no default Region."
            : `Profile default: ${profileRegion}`
        }
        onChange={(region) => onChange({ ...connection, region })}
        data-testid="region-select"
      />
      <ExpandableSection
        headerText="Custom endpoints"
        defaultExpanded={connection.ecr_endpoint !== null || connection.registry_endpoint !== null}
        data-testid="advanced-endpoints"
      >
        <SpaceBetween size="m">
          <EndpointField
            label="ECR endpoint"
            description="Custom address of the ECR API, for example a VPC endpoint."
            value={connection.ecr_endpoint}
            testId="ecr-endpoint"
            onChange={(ecr_endpoint) => onChange({ ...connection, ecr_endpoint })}
          />
          <EndpointField
            label="Registry endpoint"
            description="Custom address of the registry, for Docker and Transload."
            value={connection.registry_endpoint}
            testId="registry-endpoint"
            onChange={(registry_endpoint) => onChange({ ...connection, registry_endpoint })}
          />
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  );
}

interface EndpointFieldProps {
  label: string;
  description: string;
  value: string | null;
  testId: string;
  onChange: (value: string | null) => void;
}

/**
 * An endpoint field. The value is applied on blur, so that AWS isn't called for every character.
 */
function EndpointField({ label, description, value, testId, onChange }: EndpointFieldProps) {
  return (
    <TypedField
      label={
        <span>
          {label} <i>- optional</i>
        </span>
      }
      description={description}
      value={value ?? ""}
      testId={testId}
      problem={value === null ? null : endpointProblem(value)}
      onChange={(text) => onChange(text === "" ? null : text)}
    />
  );
}
