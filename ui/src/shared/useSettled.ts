import { useEffect, useState } from "react";

/** Time without a key until a text is used. */
const settleMs = 300;

/** A text once the user paused typing, for a request that a key shouldn’t send. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
