import Box from "@cloudscape-design/components/box";
import LineChart from "@cloudscape-design/components/line-chart";
import { formatDuration, formatRate } from "../../../shared/format";
import type { SpeedPoint } from "./speedHistory";

/** Minimum width of the time axis, so that the first points don't jump. */
const shortestMs = 30_000;

/** Formats zero exactly. `formatDuration` would print "< 1 s". */
const timeText = (milliseconds: number) =>
  milliseconds === 0 ? "0 s" : formatDuration(milliseconds);

/** A chart of the upload speed. */
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
      xTitle="Elapsed time"
      yTitle="Speed"
      empty={<Box color="text-body-secondary">No data uploaded yet</Box>}
    />
  );
}
