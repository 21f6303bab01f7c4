import { useEffect, useState } from "react";
import { formatDuration } from "../format";

/** The remaining time, updated every second. */
export function Countdown({ untilMs }: { untilMs: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = untilMs - now;
  return <span role="timer">{left <= 0 ? "0 s" : formatDuration(left)}</span>;
}
