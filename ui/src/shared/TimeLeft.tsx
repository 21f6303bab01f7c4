import { formatDuration, formatExact } from "./format";
import { StatusText } from "./StatusText";
import { useNow } from "./useNow";

/** Shows a warning below this time, because a migration may take longer. */
const soonMs = 15 * 60_000;

/** The remaining time of a session, updated by the shared clock. */
export function TimeLeft({ endsAtMs }: { endsAtMs: number | null }) {
  const now = useNow();
  if (endsAtMs === null) {
    return <span>No expiration</span>;
  }
  const left = endsAtMs - now;
  const text = timeLeft(endsAtMs, now);
  return (
    <time dateTime={new Date(endsAtMs).toISOString()} title={formatExact(endsAtMs)}>
      {left < soonMs ? (
        <StatusText type={left <= 0 ? "error" : "warning"}>{text}</StatusText>
      ) : (
        text
      )}
    </time>
  );
}

/** Formats an expiration: `Expires in 2 h 59 min`, or `Expired`. */
export function timeLeft(endsAtMs: number, now: number): string {
  const left = endsAtMs - now;
  if (left <= 0) {
    return "Expired";
  }
  // The clock ticks twice a minute, so seconds would be wrong.
  return left < 60_000
    ? "Expires in less than a minute"
    : `Expires in ${formatDuration(Math.floor(left / 60_000) * 60_000)}`;
}
