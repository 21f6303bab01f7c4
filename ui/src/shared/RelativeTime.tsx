import { formatExact, formatRelative } from "./format";
import { useNow } from "./useNow";

/** A relative time with the exact local time on hover, or a dash if unknown. */
export function RelativeTime({ timeMs }: { timeMs: number | null }) {
  const now = useNow();
  if (timeMs === null) {
    return <span>–</span>;
  }
  return (
    <time dateTime={new Date(timeMs).toISOString()} title={formatExact(timeMs)}>
      {formatRelative(timeMs, now)}
    </time>
  );
}
