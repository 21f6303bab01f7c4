import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
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

/** The caller's account, ARN, region and endpoints, and how long the session lasts. */
export function IdentityFacts({
  identity,
  alias,
  loading,
}: {
  identity: AwsIdentity | null;
  /** The account's alias, where it has one. */
  alias: string | null;
  loading: boolean;
}) {
  const asking = <StatusIndicator type="loading">Asking AWS</StatusIndicator>;
  if (identity === null) {
    return loading ? asking : null;
  }
  const { region, endpoints } = identity;
  const name = regionName(region);
  const kind = endpointKind(identity);
  return (
    <KeyValuePairs
      columns={3}
      items={[
        {
          label: "Account",
          value: (
            <>
              <span data-testid="identity-account">{identity.account_id}</span>
              {alias !== null && <span data-testid="identity-alias"> ({alias})</span>}
            </>
          ),
        },
        { label: "Caller", value: <CopyableText text={identity.arn} what="ARN" /> },
        {
          label: "Session",
          value: loading ? asking : <TimeLeft endsAtMs={identity.expires_at_ms} />,
        },
        {
          label: "Region",
          value: (
            <>
              <span data-testid="identity-region">{region}</span>
              {name !== region && `, ${name}`}
            </>
          ),
        },
        { label: "Partition", value: partitionName(identity.partition) },
        {
          label: "Endpoints",
          value: (
            <div style={{ overflowWrap: "anywhere" }} data-testid="identity-endpoints">
              {kind !== null && <div>{kind}</div>}
              <div>API: {endpoints.api ?? "–"}</div>
              <div>Registry: {endpoints.registry ?? "–"}</div>
            </div>
          ),
        },
      ]}
    />
  );
}
