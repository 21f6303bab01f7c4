import StatusIndicator, {
  type StatusIndicatorProps,
} from "@cloudscape-design/components/status-indicator";

/** A state in a sentence. The indicator by itself breaks lines within words. */
export function StatusText({ children, ...status }: StatusIndicatorProps) {
  return (
    <StatusIndicator {...status}>
      <span style={{ wordBreak: "normal", overflowWrap: "anywhere" }}>{children}</span>
    </StatusIndicator>
  );
}
