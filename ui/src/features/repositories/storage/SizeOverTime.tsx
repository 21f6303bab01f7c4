import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import MixedLineBarChart from "@cloudscape-design/components/mixed-line-bar-chart";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { MonthlyUse } from "../../../ipc/generated";
import { formatBytes } from "../../../shared/format";
import { PagedTable } from "../../../shared/PagedTable";
import { useNow } from "../../../shared/useNow";
import { monthSizes } from "./months";

interface SizeOverTimeProps {
  months: readonly MonthlyUse[];
  /** Whether the sizes are more than upper bounds. */
  isExact: boolean;
}

/** What was pushed in each month and still exists, and the size that it adds up to. */
export function SizeOverTime({ months, isExact }: SizeOverTimeProps) {
  const sizes = monthSizes(months, useNow());
  const largest = Math.max(0, ...sizes.map(({ totalBytes }) => totalBytes));
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`Images that exist today, by the month of their push. ${isExact ? "A shared layer counts once, in the month of its first push." : "Sizes are upper bounds until every manifest was read."}`}
        >
          Size over time
        </Header>
      }
    >
      <SpaceBetween size="xs">
        <MixedLineBarChart
          height={220}
          xScaleType="categorical"
          xDomain={sizes.map(({ label }) => label)}
          yDomain={[0, Math.max(1, largest * 1.05)]}
          hideFilter
          emphasizeBaselineAxis
          ariaLabel="Size over time"
          xTitle="Month"
          yTitle="Size"
          i18nStrings={{ yTickFormatter: formatBytes }}
          series={[
            {
              type: "bar",
              title: "Pushed",
              data: sizes.map(({ label, pushedBytes }) => ({ x: label, y: pushedBytes })),
              valueFormatter: formatBytes,
            },
            {
              type: "line",
              title: "Total",
              data: sizes.map(({ label, totalBytes }) => ({ x: label, y: totalBytes })),
              valueFormatter: formatBytes,
            },
          ]}
          empty="No images"
        />
        <ExpandableSection headerText="Show as a table">
          <PagedTable
            name="sizes"
            variant="embedded"
            items={[...sizes].reverse()}
            trackBy="label"
            ariaLabels={{ tableLabel: "Size over time, as a table" }}
            columnDefinitions={[
              { id: "month", header: "Month", isRowHeader: true, cell: ({ label }) => label },
              {
                id: "pushed",
                header: "Pushed",
                cell: ({ pushedBytes }) => formatBytes(pushedBytes),
              },
              { id: "total", header: "Total", cell: ({ totalBytes }) => formatBytes(totalBytes) },
            ]}
          />
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}
