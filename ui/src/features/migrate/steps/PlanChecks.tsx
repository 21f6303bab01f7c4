import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Popover from "@cloudscape-design/components/popover";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useMemo, useState } from "react";
import type { MigrationPlan, PlanPermissions, RegistryLogin } from "../../../ipc/generated";
import { formatBytes } from "../../../shared/format";
import { StatusText } from "../../../shared/StatusText";
import { TextField } from "../../../shared/TextField";
import type { Request } from "../../../shared/useRequest";
import { missingPermissions } from "../wizard/missingPermissions";
import { IdentityFacts } from "./IdentityFacts";
import { permissionsSummary } from "./PlanPermissionsSection";
import { monthlyCost, mountingNote, quotaNote, quotaText, referrersText } from "./planTexts";
import { RegistryLoginCheck } from "./RegistryLoginCheck";

interface PlanChecksProps {
  plan: MigrationPlan;
  alias: string | null;
  login: Request<RegistryLogin>;
  permissions: Request<PlanPermissions>;
  rate: number;
  onRate: (rate: number) => void;
  onPermissions: () => void;
  /** Offers in one line. */
  offers: ReactNode;
}

/** The checks of a plan, each in one line. Details open over the page, which doesn't move. */
export function PlanChecks(props: PlanChecksProps) {
  const { plan, alias, login, permissions } = props;
  const { identity, totals } = plan;
  const referrers = referrersText(totals);
  const mounting = totals.blob_mounting === true ? mountingNote(totals) : null;
  return (
    <SpaceBetween direction="horizontal" size="m" alignItems="center">
      <Popover
        header="Destination"
        size="large"
        content={<IdentityFacts identity={identity} alias={alias} loading={false} />}
      >
        <span data-testid="review-identity">
          <StatusText type="success">
            {identity.account_id}
            {alias !== null && ` (${alias})`}, {identity.region}
          </StatusText>
        </span>
      </Popover>
      <RegistryLoginCheck login={login} />
      <PermissionsCheck permissions={permissions} onOpen={props.onPermissions} />
      {plan.pull_quota !== null && <QuotaCheck plan={plan} />}
      {totals.there_bytes > 0 && (
        <StatusText type="info">
          {formatBytes(totals.there_bytes)} of layers already in ECR
        </StatusText>
      )}
      {mounting !== null && <StatusText type="info">{mounting}</StatusText>}
      {referrers !== null && (
        <StatusText type="info">Signatures and attestations: {referrers}</StatusText>
      )}
      {props.offers}
      <StorageCost bytes={totals.stored_bytes} rate={props.rate} onRate={props.onRate} />
    </SpaceBetween>
  );
}

function PermissionsCheck({
  permissions,
  onOpen,
}: {
  permissions: Request<PlanPermissions>;
  onOpen: () => void;
}) {
  const { answer, loading, error } = permissions;
  if (loading) {
    return <StatusText type="loading">Checking permissions</StatusText>;
  }
  const type =
    answer === null ? "warning" : missingPermissions(answer).length > 0 ? "warning" : "success";
  return answer === null && error === null ? null : (
    <StatusText type={type}>
      Permissions:{" "}
      <Button variant="inline-link" onClick={onOpen} data-testid="permissions-summary">
        {answer === null ? "unknown" : permissionsSummary(answer.permissions)}
      </Button>
    </StatusText>
  );
}

function QuotaCheck({ plan }: { plan: MigrationPlan }) {
  // The quota was read when the plan was created.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the time belongs to the plan
  const createdAtMs = useMemo(() => Date.now(), [plan.plan]);
  const quota = plan.pull_quota;
  if (quota === null) {
    return null;
  }
  const unread = plan.images.some(({ remarks }) => remarks.includes("read_later"));
  const enough = quota.left === null || quota.left >= quota.needed;
  const note = quotaNote(quota, createdAtMs);
  const text = `Docker Hub: ${quotaText(quota, unread)}`;
  return (
    <span title={note ?? undefined}>
      <StatusText type={enough ? "success" : "warning"}>
        {enough || note === null ? text : `${text}. ${note}`}
      </StatusText>
    </span>
  );
}

interface StorageCostProps {
  bytes: number;
  rate: number;
  onRate: (rate: number) => void;
}

/** The price that a text states, or `null`. */
function rateOf(text: string): number | null {
  const rate = Number(text);
  return text.trim() !== "" && Number.isFinite(rate) && rate >= 0 ? rate : null;
}

function StorageCost({ bytes, rate, onRate }: StorageCostProps) {
  const [text, setText] = useState(String(rate));
  return (
    <Popover
      header="Storage cost"
      content={
        <TextField
          label="Price"
          constraintText="USD per GB-month. Default as of March 2026."
          errorText={rateOf(text) === null ? "Enter an amount, such as 0.10." : undefined}
          value={text}
          inputMode="decimal"
          ariaLabel="Storage price in USD per GB-month"
          onChange={(value) => {
            setText(value);
            const typed = rateOf(value);
            if (typed !== null) {
              onRate(typed);
            }
          }}
          testId="storage-rate"
        />
      }
    >
      <Box variant="span">{monthlyCost(bytes, rate)} per month</Box>
    </Popover>
  );
}
