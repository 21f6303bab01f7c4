import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { AwsIdentity } from "../../../ipc/generated";
import { CopyableText } from "../../../shared/CopyableText";
import { RelativeTime } from "../../../shared/RelativeTime";

/** The caller's account, ARN and region, and when the session ends. */
export function IdentityFacts({
  identity,
  loading,
}: {
  identity: AwsIdentity | null;
  loading: boolean;
}) {
  const asking = <StatusIndicator type="loading">Asking AWS</StatusIndicator>;
  if (identity === null) {
    return loading ? asking : null;
  }
  return (
    <KeyValuePairs
      columns={4}
      items={[
        {
          label: "Account",
          value: <span data-testid="identity-account">{identity.account_id}</span>,
        },
        { label: "Caller", value: <CopyableText text={identity.arn} what="ARN" /> },
        { label: "Region", value: <span data-testid="identity-region">{identity.region}</span> },
        {
          label: "Session ends",
          value: loading ? (
            asking
          ) : identity.expires_at_ms === null ? (
            "Does not end"
          ) : (
            <RelativeTime timeMs={identity.expires_at_ms} />
          ),
        },
      ]}
    />
  );
}
