import Box from "@cloudscape-design/components/box";
import { formatDuration, formatRate } from "../../../shared/format";
import type { SpeedPoint } from "./speedHistory";

/** Minimum width of the time axis, so that the first points don't jump. */
const shortestMs = 30_000;
const width = 240;
const height = 44;

/** The upload speed over time, as a line without axes. */
export function Sparkline({ points }: { points: readonly SpeedPoint[] }) {
  const last = points.at(-1);
  const span = Math.max(shortestMs, last?.elapsedMs ?? 0);
  const fastest = points.reduce((most, point) => Math.max(most, point.bytesPerSecond), 1);
  const line = points
    .map(({ elapsedMs, bytesPerSecond }) => {
      const x = (elapsedMs / span) * width;
      const y = height - 1 - (bytesPerSecond / fastest) * (height - 2);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
  const text =
    last === undefined
      ? "Speed not known yet"
      : `Speed in ${formatDuration(last.elapsedMs)}, up to ${formatRate(fastest)}`;
  return (
    <div data-testid="job-speed" style={{ inlineSize: `${width}px` }}>
      <svg width={width} height={height} role="img" aria-label={text}>
        <title>{text}</title>
        <polyline points={line} fill="none" stroke="#0972d3" strokeWidth="1.5" />
      </svg>
      <Box variant="small">{text}</Box>
    </div>
  );
}
