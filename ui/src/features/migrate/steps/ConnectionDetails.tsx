import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { AwsConnection } from "../../../ipc/generated";
import { RegionField } from "../../../shared/RegionField";
import { endpointProblem } from "../wizard/validation";
import { TypedField } from "./TypedField";

type ProfileConnection = Extract<AwsConnection, { kind: "profile" }>;

interface ConnectionDetailsProps {
  connection: ProfileConnection;
  /** The region that the profile itself names. */
  profileRegion: string | null;
  onChange: (connection: AwsConnection) => void;
}

/** Region and endpoints of a chosen profile. */
export function ConnectionDetails({ connection, profileRegion, onChange }: ConnectionDetailsProps) {
  return (
    <SpaceBetween size="m">
      <RegionField
        region={connection.region ?? profileRegion}
        own={profileRegion}
        description={
          profileRegion === null
            ? "The profile names no region."
            : `The profile itself names ${profileRegion}.`
        }
        onChange={(region) => onChange({ ...connection, region })}
        data-testid="region-select"
      />
      <ExpandableSection
        headerText="Advanced: other endpoints"
        defaultExpanded={connection.ecr_endpoint !== null || connection.registry_endpoint !== null}
        data-testid="advanced-endpoints"
      >
        <SpaceBetween size="m">
          <EndpointField
            label="ECR endpoint"
            description="Another address for the ECR API, such as a VPC endpoint or an emulator."
            value={connection.ecr_endpoint}
            testId="ecr-endpoint"
            onChange={(ecr_endpoint) => onChange({ ...connection, ecr_endpoint })}
          />
          <EndpointField
            label="Registry endpoint"
            description="Another address for the registry itself, for docker and for Transload."
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

/** An endpoint; it counts when the field is left, so that AWS is not asked at every letter. */
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
