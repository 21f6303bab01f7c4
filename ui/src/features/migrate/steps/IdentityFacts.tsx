import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Skeleton from "@cloudscape-design/components/skeleton";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import type { AwsIdentity } from "../../../ipc/generated";
import { CopyableText } from "../../../shared/CopyableText";
import { partitionName, regionName } from "../../../shared/regions";
import { TimeLeft } from "../../../shared/TimeLeft";

/** Which kind of AWS's endpoints is used, where it is not the usual one. */
export function endpointKind({ endpoints }: AwsIdentity): string | null {
  const kinds = [endpoints.fips ? "FIPS" : null, endpoints.dual_stack ? "dual-stack" : null];
  const kind = kinds.filter((one) => one !== null).join(", ");
  return kind === "" ? null : `${kind} endpoints`;
}

interface IdentityFactsProps {
  identity: AwsIdentity | null;
  /** The account's alias, where it has one. */
  alias: string | null;
  loading: boolean;
}

/**
 * The caller's account, ARN, region and endpoints, and how long the session lasts. While they are
 * asked for, the same rows stand there, so that nothing moves when they come.
 */
export function IdentityFacts({ identity, alias, loading }: IdentityFactsProps) {
  const known = (value: (identity: AwsIdentity) => ReactNode, empty: ReactNode = <Skeleton />) =>
    identity !== null ? value(identity) : loading ? empty : "–";
  return (
    <KeyValuePairs
      columns={3}
      items={[
        {
          label: "Account",
          value: known(({ account_id }) => (
            <>
              <span data-testid="identity-account">{account_id}</span>
              {alias !== null && <span data-testid="identity-alias"> ({alias})</span>}
            </>
          )),
        },
        {
          label: "Caller",
          value: known(({ arn }) => <CopyableText text={arn} what="ARN" />),
        },
        {
          label: "Session",
          value: loading ? (
            <StatusIndicator type="loading">Asking AWS</StatusIndicator>
          ) : (
            known(({ expires_at_ms }) => <TimeLeft endsAtMs={expires_at_ms} />)
          ),
        },
        { label: "Region", value: known(({ region }) => <RegionText region={region} />) },
        { label: "Partition", value: known(({ partition }) => partitionName(partition)) },
        {
          label: "Endpoints",
          value: known(
            (one) => <EndpointTexts identity={one} />,
            <>
              <Skeleton />
              <Skeleton />
            </>,
          ),
        },
      ]}
    />
  );
}

/** A region by its code, and its name where it has one. */
function RegionText({ region }: { region: string }) {
  const name = regionName(region);
  return (
    <>
      <span data-testid="identity-region">{region}</span>
      {name !== region && `, ${name}`}
    </>
  );
}

/** The hosts of the ECR API and of the registry. */
function EndpointTexts({ identity }: { identity: AwsIdentity }) {
  const { endpoints } = identity;
  const kind = endpointKind(identity);
  return (
    <div style={{ overflowWrap: "anywhere" }} data-testid="identity-endpoints">
      {kind !== null && <div>{kind}</div>}
      <div>API: {endpoints.api ?? "–"}</div>
      <div>Registry: {endpoints.registry ?? "–"}</div>
    </div>
  );
}
