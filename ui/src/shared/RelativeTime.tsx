import { formatExact, formatRelative } from "./format";
import { useNow } from "./useNow";

/** A time as seen from now, with the exact local time on hover; a dash where it is not known. */
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
