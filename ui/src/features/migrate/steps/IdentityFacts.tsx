import Grid from "@cloudscape-design/components/grid";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Skeleton from "@cloudscape-design/components/skeleton";
import type { ReactNode } from "react";
import type { AwsIdentity } from "../../../ipc/generated";
import { CopyableText } from "../../../shared/CopyableText";
import { MiddleEllipsis } from "../../../shared/MiddleEllipsis";
import { partitionName, regionName } from "../../../shared/regions";
import { StatusText } from "../../../shared/StatusText";
import { TimeLeft } from "../../../shared/TimeLeft";

interface IdentityFactsProps {
  identity: AwsIdentity | null;
  alias: string | null;
  loading: boolean;
}

/** Account, ARN, region, endpoints, and expiration of the identity. Each is one line, also while loading. */
export function IdentityFacts({ identity, alias, loading }: IdentityFactsProps) {
  const known = (value: (identity: AwsIdentity) => ReactNode) =>
    identity !== null ? value(identity) : loading ? <Skeleton /> : "–";
  return (
    <Grid
      gridDefinition={[{ colspan: { default: 12, xs: 4 } }, { colspan: { default: 12, xs: 8 } }]}
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
              <StatusText type="loading">Verifying credentials</StatusText>
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
            label: "ARN",
            value: known(({ arn }) => <CopyableText text={arn} what="ARN" />),
          },
          { label: "Region", value: known(({ region }) => <RegionText region={region} />) },
          {
            label: "Endpoints",
            value: (
              <div data-testid="identity-endpoints">
                {(["api", "registry"] as const).map((which) => (
                  <div key={which}>
                    {known((one) => (
                      <MiddleEllipsis
                        text={`${labels[which]}: ${endpointText(one, which)}`}
                        tail={24}
                      />
                    ))}
                  </div>
                ))}
              </div>
            ),
          },
        ]}
      />
    </Grid>
  );
}

/** The region code and name. */
function RegionText({ region }: { region: string }) {
  const name = regionName(region);
  return (
    <>
      <span data-testid="identity-region">{region}</span>
      {name !== region && `, ${name}`}
    </>
  );
}

const labels = { api: "API", registry: "Registry" } as const;

/** The host of an endpoint, with its type if it isn't the default. */
function endpointText({ endpoints }: AwsIdentity, which: "api" | "registry"): string {
  const kinds = [endpoints.fips && "FIPS", endpoints.dual_stack && "dual-stack"].filter(Boolean);
  const host = endpoints[which] ?? "–";
  return kinds.length === 0 ? host : `${host} (${kinds.join(", ")})`;
}
