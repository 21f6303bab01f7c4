import MixedLineBarChart, {
  type MixedLineBarChartProps,
} from "@cloudscape-design/components/mixed-line-bar-chart";
import type { AffectedImage, RepositoryDetails } from "../../ipc/generated";
import { formatCount } from "../../shared/format";
import { useNow } from "../../shared/useNow";
import { monthLabel, monthOf } from "./storage/months";
import { policyMonths, pushThresholds } from "./storage/policyMonths";

const dayMs = 86_400_000;

interface LifecycleMonthsProps {
  details: RepositoryDetails;
  affected: readonly AffectedImage[];
  text: string;
}

/** What a policy would leave and remove, by the month of the push, with the ages of its rules as lines. */
export function LifecycleMonths({ details, affected, text }: LifecycleMonthsProps) {
  const now = useNow();
  const months = policyMonths(details, affected, now);
  if (months.length === 0) {
    return null;
  }
  const labels = months.map(({ label }) => label);
  const bars = (title: string, count: (month: (typeof months)[number]) => number, color: string) =>
    ({
      type: "bar",
      title,
      color,
      valueFormatter: formatCount,
      data: months.map((month) => ({ x: month.label, y: count(month) })),
    }) as const;
  const lines = pushThresholds(text).flatMap((days) => {
    const label = monthLabel(monthOf(now - days * dayMs));
    return labels.includes(label)
      ? ({ type: "threshold", title: `${formatCount(days)} days`, x: label } as const)
      : [];
  });
  const series: MixedLineBarChartProps.ChartSeries<string>[] = [
    bars("Kept", ({ stays }) => stays, "#29578f"),
    bars("Deleted or archived", ({ goes }) => goes, "#d13212"),
    ...lines,
  ];
  const largest = Math.max(...months.map(({ stays, goes }) => stays + goes));
  return (
    <div data-testid="lifecycle-months">
      <MixedLineBarChart
        height={160}
        stackedBars
        hideFilter
        xScaleType="categorical"
        xDomain={labels}
        yDomain={[0, Math.max(1, largest)]}
        xTitle="Month of the push"
        yTitle="Images"
        ariaLabel="Images that the policy leaves and removes, by month"
        i18nStrings={{ yTickFormatter: formatCount }}
        series={series}
      />
    </div>
  );
}
