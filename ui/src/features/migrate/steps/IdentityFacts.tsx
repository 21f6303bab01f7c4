import Grid from "@cloudscape-design/components/grid";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Skeleton from "@cloudscape-design/components/skeleton";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import type { AwsIdentity } from "../../../ipc/generated";
import { CopyableText } from "../../../shared/CopyableText";
import { partitionName, regionName } from "../../../shared/regions";
import { TimeLeft } from "../../../shared/TimeLeft";

interface IdentityFactsProps {
  identity: AwsIdentity | null;
  /** The account's alias, where it has one. */
  alias: string | null;
  loading: boolean;
}

/**
 * The caller's account, ARN, region and endpoints, and how long the session lasts. While they are
 * asked for, the same rows stand there, so that nothing moves when they come: what is long has the
 * wide column, where it stays on its line.
 */
export function IdentityFacts({ identity, alias, loading }: IdentityFactsProps) {
  const known = (value: (identity: AwsIdentity) => ReactNode) =>
    identity !== null ? value(identity) : loading ? <Skeleton /> : "–";
  return (
    <Grid
      gridDefinition={[{ colspan: { default: 12, xxs: 3 } }, { colspan: { default: 12, xxs: 9 } }]}
    >
      <KeyValuePairs
        columns={1}
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
            label: "Session",
            value: loading ? (
              <StatusIndicator type="loading">Asking AWS</StatusIndicator>
            ) : (
              known(({ expires_at_ms }) => <TimeLeft endsAtMs={expires_at_ms} />)
            ),
          },
          { label: "Partition", value: known(({ partition }) => partitionName(partition)) },
        ]}
      />
      <KeyValuePairs
        columns={1}
        items={[
          {
            label: "Caller",
            value: known(({ arn }) => <CopyableText text={arn} what="ARN" />),
          },
          { label: "Region", value: known(({ region }) => <RegionText region={region} />) },
          {
            label: "Endpoints",
            value: (
              <div style={{ overflowWrap: "anywhere" }} data-testid="identity-endpoints">
                <div>{known((one) => `API: ${endpointText(one, "api")}`)}</div>
                <div>{known((one) => `Registry: ${endpointText(one, "registry")}`)}</div>
              </div>
            ),
          },
        ]}
      />
    </Grid>
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

/** The host of the ECR API or of the registry, and of which kind it is where it is not the usual. */
function endpointText({ endpoints }: AwsIdentity, which: "api" | "registry"): string {
  const kinds = [endpoints.fips && "FIPS", endpoints.dual_stack && "dual-stack"].filter(Boolean);
  const host = endpoints[which] ?? "–";
  return kinds.length === 0 ? host : `${host} (${kinds.join(", ")})`;
}
