import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { formatDuration, formatExact } from "./format";
import { useNow } from "./useNow";

/** From here on a session that ends is worth a warning: a migration may take longer. */
const soonMs = 15 * 60_000;

/** How long a session still lasts, in words that a clock renews: `2 h 59 min left`. */
export function TimeLeft({ endsAtMs }: { endsAtMs: number | null }) {
  const now = useNow();
  if (endsAtMs === null) {
    return <span>Does not end</span>;
  }
  const left = endsAtMs - now;
  const text = timeLeft(endsAtMs, now);
  return (
    <time dateTime={new Date(endsAtMs).toISOString()} title={formatExact(endsAtMs)}>
      {left < soonMs ? (
        <StatusIndicator type={left <= 0 ? "error" : "warning"}>{text}</StatusIndicator>
      ) : (
        text
      )}
    </time>
  );
}

/** How long something still lasts: `2 h 59 min left`, or that it has ended. */
export function timeLeft(endsAtMs: number, now: number): string {
  const left = endsAtMs - now;
  if (left <= 0) {
    return "Has ended";
  }
  // Seconds would stand still between two ticks of the clock.
  return left < 60_000
    ? "Less than a minute left"
    : `${formatDuration(Math.floor(left / 60_000) * 60_000)} left`;
}
