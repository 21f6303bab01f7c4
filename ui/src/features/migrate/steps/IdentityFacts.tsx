import Grid from "@cloudscape-design/components/grid";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Skeleton from "@cloudscape-design/components/skeleton";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import type { AwsIdentity, AwsProfileKind } from "../../../ipc/generated";
import { CopyableText } from "../../../shared/CopyableText";
import { partitionName, regionName } from "../../../shared/regions";
import { TimeLeft } from "../../../shared/TimeLeft";

interface IdentityFactsProps {
  identity: AwsIdentity | null;
  alias: string | null;
  loading: boolean;
  /** The selected connection, to reserve space for the answer. */
  chosen?: { readonly kind: AwsProfileKind; readonly region: string | null };
}

/**
 * Account, ARN, region, endpoints, and expiration of the identity. While loading, rows keep their
 * height.
 */
export function IdentityFacts({ identity, alias, loading, chosen }: IdentityFactsProps) {
  const region = chosen?.region ?? "us-east-1";
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
              <StatusIndicator type="loading">Verifying credentials</StatusIndicator>
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
            value: (
              <ReservedSpace text={chosen === undefined ? "" : usualCaller(chosen.kind)}>
                {known(({ arn }) => (
                  <CopyableText text={arn} what="ARN" />
                ))}
              </ReservedSpace>
            ),
          },
          { label: "Region", value: known(({ region }) => <RegionText region={region} />) },
          {
            label: "Endpoints",
            value: (
              <div style={{ overflowWrap: "anywhere" }} data-testid="identity-endpoints">
                <ReservedSpace text={loading ? `API: api.ecr.${region}.amazonaws.com` : ""}>
                  {known((one) => `API: ${endpointText(one, "api")}`)}
                </ReservedSpace>
                <ReservedSpace
                  text={loading ? `Registry: 000000000000.dkr.ecr.${region}.amazonaws.com` : ""}
                >
                  {known((one) => `Registry: ${endpointText(one, "registry")}`)}
                </ReservedSpace>
              </div>
            ),
          },
        ]}
      />
    </Grid>
  );
}

/** Reserves the lines of a text. The text is invisible and hidden from screen readers. */
function ReservedSpace({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div style={{ display: "grid", overflowWrap: "anywhere" }}>
      <div style={{ gridArea: "1 / 1", visibility: "hidden" }} aria-hidden>
        {text}
      </div>
      <div style={{ gridArea: "1 / 1", minWidth: 0 }}>{children}</div>
    </div>
  );
}

/** A placeholder ARN with a typical length. */
function usualCaller(kind: AwsProfileKind): string {
  if (kind === "sso") {
    return "arn:aws:sts::000000000000:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/first.last@example.com";
  }
  return kind === "keys"
    ? "arn:aws:iam::000000000000:user/first.last"
    : "arn:aws:sts::000000000000:assumed-role/DeploymentRole/botocore-session-0000000000";
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

/** The host of an endpoint, with its type if it isn't the default. */
function endpointText({ endpoints }: AwsIdentity, which: "api" | "registry"): string {
  const kinds = [endpoints.fips && "FIPS", endpoints.dual_stack && "dual-stack"].filter(Boolean);
  const host = endpoints[which] ?? "–";
  return kinds.length === 0 ? host : `${host} (${kinds.join(", ")})`;
}
