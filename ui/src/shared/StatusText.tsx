import StatusIndicator, {
  type StatusIndicatorProps,
} from "@cloudscape-design/components/status-indicator";
import { Children, type ReactNode } from "react";
import { useIsOneLine } from "./oneLine";

/** The text of children that are nothing else, for a tooltip. */
function plainText(children: ReactNode): string | undefined {
  const parts = Children.toArray(children);
  return parts.every((part) => typeof part === "string" || typeof part === "number")
    ? parts.join("")
    : undefined;
}

/**
 * A status. In a row of one line it ends with an ellipsis, and the tooltip has all of it. Elsewhere it
 * breaks between words: the plain indicator breaks within them, and is cut off where it has no room.
 */
export function StatusText({ children, wrapText = true, ...status }: StatusIndicatorProps) {
  const isRow = useIsOneLine();
  if (isRow || !wrapText) {
    return (
      <StatusIndicator
        {...status}
        wrapText={false}
        nativeAttributes={{ title: plainText(children), ...status.nativeAttributes }}
      >
        {children}
      </StatusIndicator>
    );
  }
  return (
    <StatusIndicator {...status}>
      <span style={{ wordBreak: "normal", overflowWrap: "anywhere" }}>{children}</span>
    </StatusIndicator>
  );
}
