import Box from "@cloudscape-design/components/box";
import LineChart from "@cloudscape-design/components/line-chart";
import { formatDuration, formatRate } from "../../../shared/format";
import type { SpeedPoint } from "./speedHistory";

/** The shortest time that the chart spans, so that its first points do not race over it. */
const shortestMs = 30_000;

/** The axis begins at nothing, which is exact; a duration as short as that is not. */
const timeText = (milliseconds: number) =>
  milliseconds === 0 ? "0 s" : formatDuration(milliseconds);

/** Speed over time. It takes the same room however many points there are. */
export default function SpeedChart({
  points,
  height,
}: {
  points: readonly SpeedPoint[];
  height: number;
}) {
  const last = points.at(-1)?.elapsedMs ?? 0;
  const fastest = points.reduce((most, point) => Math.max(most, point.bytesPerSecond), 1);
  return (
    <LineChart
      series={[
        {
          title: "Speed",
          type: "line",
          data: points.map((point) => ({ x: point.elapsedMs, y: point.bytesPerSecond })),
          valueFormatter: formatRate,
        },
      ]}
      xDomain={[0, Math.max(shortestMs, last)]}
      yDomain={[0, fastest]}
      xScaleType="linear"
      xTickFormatter={timeText}
      yTickFormatter={formatRate}
      i18nStrings={{ xTickFormatter: timeText, yTickFormatter: formatRate }}
      height={height}
      hideFilter
      hideLegend
      ariaLabel="Speed over time"
      xTitle="Time so far"
      yTitle="Speed"
      empty={<Box color="text-body-secondary">Nothing was sent yet</Box>}
    />
  );
}
