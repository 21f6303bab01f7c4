import { formatBytes, formatCounted } from "./format";

/** A size with the exact bytes on hover, or a dash if unknown. */
export function Bytes({ bytes }: { bytes: number | null }) {
  if (bytes === null) {
    return <span>–</span>;
  }
  return (
    <span style={{ whiteSpace: "nowrap" }} title={formatCounted(bytes, "byte", "bytes")}>
      {formatBytes(bytes)}
    </span>
  );
}
