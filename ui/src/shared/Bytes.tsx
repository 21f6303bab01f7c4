import { formatBytes, formatCounted } from "./format";

/** A size with the exact count of bytes on hover; a dash where it is not known. */
export function Bytes({ bytes }: { bytes: number | null }) {
  if (bytes === null) {
    return <span>–</span>;
  }
  return <span title={formatCounted(bytes, "byte", "bytes")}>{formatBytes(bytes)}</span>;
}
