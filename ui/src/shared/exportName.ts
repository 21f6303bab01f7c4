import type { AwsIdentity } from "../ipc/generated";

/** The local date and time in a file name: `2026-11-29-0042`. */
function timeName(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())];
  return `${day.join("-")}-${two(time.getHours())}${two(time.getMinutes())}`;
}

/**
 * Names an exported file after what it contains: `migration-111122223333-2026-11-29-0042.html`.
 * `identity` is the destination, if the content has one.
 */
export function exportName(
  what: string,
  identity: Pick<AwsIdentity, "practice" | "account_id"> | null,
  timeMs: number,
  extension: string,
): string {
  const place = identity === null ? [] : [identity.practice ? "practice" : identity.account_id];
  return `${[what, ...place, timeName(timeMs)].join("-")}.${extension}`;
}
