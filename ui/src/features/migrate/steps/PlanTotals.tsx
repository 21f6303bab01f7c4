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

/** Storage cost per month. */
export function monthlyCost(storedBytes: number, rate: number): string {
  const dollars = (storedBytes / 1e9) * rate;
  return dollars > 0 && dollars < 0.01 ? "less than $0.01" : `$${dollars.toFixed(2)}`;
}

/** Required and remaining pulls. */
export function quotaText(quota: PullQuota, atLeast: boolean): string {
  const pulls = formatCounted(quota.needed, "pull", "pulls");
  const needed = atLeast ? `at least ${pulls}` : pulls;
  return quota.left === null
    ? `${needed} required, no limit`
    : `${needed} required, ${formatCount(quota.left)} remaining`;
}

/**
 * Describes when the limit is renewed. Docker Hub uses a sliding window and reports only its
 * length.
 */
export function quotaNote(quota: PullQuota, nowMs: number): string | null {
  if (quota.left === null || quota.window_seconds === null) {
    return null;
  }
  const returns = `The limit is fully renewed by ${formatClock(nowMs + quota.window_seconds * 1000)}.`;
  return quota.left < quota.needed
    ? `${returns} The migration waits and then continues automatically.`
    : returns;
}

/** Estimated duration, based on earlier migrations. */
export function expectedText(expected: ExpectedTime): string {
  const time = expected.elapsed_ms < 1000 ? "a moment" : formatDuration(expected.elapsed_ms);
  const last =
    expected.migrations === 1
      ? "the last similar migration"
      : `the last ${formatCount(expected.migrations)} similar migrations`;
  return `about ${time} at ${formatRate(expected.bytes_per_second)}, based on ${last}`;
}

/** Upload that blob mounting saves, or would save. */
export function mountingNote(totals: Totals): string | null {
  const { mountable_bytes, blob_mounting } = totals;
  if (mountable_bytes === 0 || blob_mounting === null) {
    return null;
  }
  return blob_mounting
    ? `Blob mounting saves ${formatBytes(mountable_bytes)}.`
    : `Blob mounting is off. It would save ${formatBytes(mountable_bytes)}.`;
}

/** Number of referrer tags to write, or `null`. */
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

/** The summary of a plan. */
export function PlanTotals({ plan, rate, onRate }: PlanTotalsProps) {
  const [text, setText] = useState(String(rate));
  const totals = plan.totals;
  // The quota was read when the plan was created.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the time belongs to the plan
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
          { label: "Images to copy", value: formatCount(totals.images_to_move) },
          {
            label: "Up to date",
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
                    `, and ${formatCounted(unread, "image", "images")} of unknown size`}
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
            : [{ label: "Estimated time", value: expectedText(plan.expected) }]),
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
            value: `${monthlyCost(totals.stored_bytes, rate)} per month`,
          },
          {
            label: "Storage rate",
            value: (
              <FormField
                constraintText="USD per GB-month. Default as of March 2026."
                errorText={valid ? undefined : "Enter an amount, such as 0.10."}
              >
                <Input
                  value={text}
                  inputMode="decimal"
                  ariaLabel="Storage rate in USD per GB-month"
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
