import StatusIndicator, {
  type StatusIndicatorProps,
} from "@cloudscape-design/components/status-indicator";

/** A status indicator for sentences. The plain indicator breaks lines within words. */
export function StatusText({ children, ...status }: StatusIndicatorProps) {
  return (
    <StatusIndicator {...status}>
      <span style={{ wordBreak: "normal", overflowWrap: "anywhere" }}>{children}</span>
    </StatusIndicator>
  );
}
