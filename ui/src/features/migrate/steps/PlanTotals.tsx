import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";
import type { MigrationPlan, PullQuota } from "../../../ipc/generated";
import { Bytes } from "../../../shared/Bytes";
import { formatCount, formatCounted, formatDuration } from "../../../shared/format";

/** Dollars a month for bytes in ECR. */
export function monthlyCost(storedBytes: number, rate: number): string {
  const dollars = (storedBytes / 1e9) * rate;
  return dollars > 0 && dollars < 0.01 ? "less than $0.01" : `$${dollars.toFixed(2)}`;
}

function quotaText(quota: PullQuota, atLeast: boolean): string {
  const pulls = formatCounted(quota.needed, "pull", "pulls");
  const needed = atLeast ? `at least ${pulls}` : pulls;
  if (quota.left === null) {
    return `${needed} needed, no limit`;
  }
  const window =
    quota.window_seconds === null ? "" : ` for ${formatDuration(quota.window_seconds * 1000)}`;
  return `${needed} needed, ${formatCount(quota.left)} left${window}`;
}

interface PlanTotalsProps {
  plan: MigrationPlan;
  rate: number;
  onRate: (rate: number) => void;
}

/** The sums of a plan, and what it costs. */
export function PlanTotals({ plan, rate, onRate }: PlanTotalsProps) {
  const [text, setText] = useState(String(rate));
  const totals = plan.totals;
  const unread = plan.images.filter((image) => image.remarks.includes("read_later")).length;
  const typed = Number(text);
  const valid = text.trim() !== "" && Number.isFinite(typed) && typed >= 0;
  return (
    <Container
      header={
        <Header variant="h2" description={`${plan.identity.arn} → ${plan.registry}`}>
          Summary
        </Header>
      }
      data-testid="plan-totals"
    >
      <KeyValuePairs
        columns={4}
        items={[
          { label: "Repositories to create", value: formatCount(totals.repositories_to_create) },
          { label: "Images to move", value: formatCount(totals.images_to_move) },
          { label: "Already there", value: formatCount(totals.images_unchanged) },
          {
            label: "To move, shared layers once",
            value: (
              <>
                <Bytes bytes={totals.unique_bytes} />
                {unread > 0 &&
                  `, and ${formatCounted(unread, "image", "images")} whose size is read later`}
              </>
            ),
          },
          ...(plan.pull_quota === null
            ? []
            : [{ label: "Docker Hub pulls", value: quotaText(plan.pull_quota, unread > 0) }]),
          {
            label: "Storage cost",
            value: `${monthlyCost(totals.stored_bytes, rate)} a month`,
          },
          {
            label: "Storage rate",
            value: (
              <FormField
                constraintText="Dollars for a GB and month; as of March 2026."
                errorText={valid ? undefined : "Enter an amount, such as 0.10."}
              >
                <Input
                  value={text}
                  inputMode="decimal"
                  ariaLabel="Storage rate in dollars for a GB and month"
                  onChange={({ detail }) => {
                    setText(detail.value);
                    const changed = Number(detail.value);
                    if (detail.value.trim() !== "" && Number.isFinite(changed) && changed >= 0) {
                      onRate(changed);
                    }
                  }}
                  data-testid="storage-rate"
                />
              </FormField>
            ),
          },
        ]}
      />
    </Container>
  );
}
