import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";
import type {
  ExpectedTime,
  MigrationPlan,
  PullQuota,
  PlanTotals as Totals,
} from "../../../ipc/generated";
import { Bytes } from "../../../shared/Bytes";
import {
  formatBytes,
  formatClock,
  formatCount,
  formatCounted,
  formatDuration,
  formatRate,
} from "../../../shared/format";

/** Dollars a month for bytes in ECR. */
export function monthlyCost(storedBytes: number, rate: number): string {
  const dollars = (storedBytes / 1e9) * rate;
  return dollars > 0 && dollars < 0.01 ? "less than $0.01" : `$${dollars.toFixed(2)}`;
}

/** Pulls that are needed beside those that are left. */
export function quotaText(quota: PullQuota, atLeast: boolean): string {
  const pulls = formatCounted(quota.needed, "pull", "pulls");
  const needed = atLeast ? `at least ${pulls}` : pulls;
  return quota.left === null
    ? `${needed} needed, no limit`
    : `${needed} needed, ${formatCount(quota.left)} left`;
}

/**
 * When the pulls that were used return, and what becomes of a run that needs more than are left.
 * Docker Hub counts the pulls of a window that moves along, and says no more than its length.
 */
export function quotaNote(quota: PullQuota, nowMs: number): string | null {
  if (quota.left === null || quota.window_seconds === null) {
    return null;
  }
  const returns = `All that were used return by ${formatClock(nowMs + quota.window_seconds * 1000)}.`;
  return quota.left < quota.needed
    ? `${returns} The run waits for them and goes on by itself.`
    : returns;
}

/** How long it will take, as an estimate. */
export function expectedText(expected: ExpectedTime): string {
  const time = expected.elapsed_ms < 1000 ? "a moment" : formatDuration(expected.elapsed_ms);
  const last =
    expected.migrations === 1
      ? "last time"
      : `in the last ${formatCount(expected.migrations)} migrations on this way`;
  return `about ${time}, at ${formatRate(expected.bytes_per_second)} as ${last}`;
}

/** What blob mounting saves of the upload, or would save. */
export function mountingNote(totals: Totals): string | null {
  const { mountable_bytes, blob_mounting } = totals;
  if (mountable_bytes === 0 || blob_mounting === null) {
    return null;
  }
  return blob_mounting
    ? `Blob mounting saves ${formatBytes(mountable_bytes)}.`
    : `Blob mounting is off. It would save ${formatBytes(mountable_bytes)}.`;
}

/** How many tags of signatures, attestations and SBOMs are written; null without any. */
export function referrersText(totals: Totals): string | null {
  const parts: string[] = [];
  if (totals.referrer_tags > 0) {
    parts.push(`${formatCounted(totals.referrer_tags, "tag", "tags")} to copy`);
  }
  if (totals.referrer_tags_kept > 0) {
    parts.push(`${formatCounted(totals.referrer_tags_kept, "tag", "tags")} kept in ECR`);
  }
  if (totals.referrers_unknown > 0) {
    const images = formatCounted(totals.referrers_unknown, "image", "images");
    parts.push(`${images} checked when copied`);
  }
  return parts.length === 0 ? null : parts.join(", ");
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
  // The quota is that of the moment when the plan was made.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each plan has a moment of its own
  const madeAtMs = useMemo(() => Date.now(), [plan.plan]);
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
          {
            label: "Already there",
            value:
              totals.there_bytes === 0
                ? formatCount(totals.images_unchanged)
                : `${formatCount(totals.images_unchanged)}, and ${formatBytes(totals.there_bytes)} of layers`,
          },
          {
            label: "To upload",
            value: (
              <SpaceBetween size="xxs">
                <span>
                  <Bytes bytes={totals.upload_bytes} />
                  {unread > 0 &&
                    `, and ${formatCounted(unread, "image", "images")} whose size is read later`}
                </span>
                {mountingNote(totals) !== null && <Box variant="small">{mountingNote(totals)}</Box>}
              </SpaceBetween>
            ),
          },
          ...(referrersText(totals) === null
            ? []
            : [{ label: "Signatures and attestations", value: referrersText(totals) }]),
          ...(plan.expected === null
            ? []
            : [{ label: "Expected time", value: expectedText(plan.expected) }]),
          ...(plan.pull_quota === null
            ? []
            : [
                {
                  label: "Docker Hub pulls",
                  value: (
                    <SpaceBetween size="xxs">
                      <span>{quotaText(plan.pull_quota, unread > 0)}</span>
                      {quotaNote(plan.pull_quota, madeAtMs) !== null && (
                        <Box variant="small">{quotaNote(plan.pull_quota, madeAtMs)}</Box>
                      )}
                    </SpaceBetween>
                  ),
                },
              ]),
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
