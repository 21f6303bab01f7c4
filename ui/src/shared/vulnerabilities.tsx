/** Words and colors for severities and states of an image scan. */
import Badge, { type BadgeProps } from "@cloudscape-design/components/badge";
import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { ScanState, Severity } from "../ipc/generated";
import { isKnown, type Reported, reportedText } from "./reported";

const severityLabels: Record<Severity, string> = {
  critical: "Critical",
  high: "High",
  medium: "Medium",
  low: "Low",
  informational: "Informational",
  untriaged: "Untriaged",
  undefined: "Undefined",
};

const severityColors: Record<Severity, BadgeProps["color"]> = {
  critical: "severity-critical",
  high: "severity-high",
  medium: "severity-medium",
  low: "severity-low",
  informational: "severity-neutral",
  untriaged: "severity-neutral",
  undefined: "severity-neutral",
};

/** The word for a severity, also for one that Transload doesn’t know. */
export function severityLabel(severity: Reported<Severity>): string {
  return reportedText(severity, (known) => severityLabels[known]);
}

/** A severity as a badge with its word. */
export function SeverityText({ severity }: { severity: Reported<Severity> }) {
  const color = isKnown(severity) ? severityColors[severity] : "severity-neutral";
  return <Badge color={color}>{severityLabel(severity)}</Badge>;
}

/** How a state of a scan is shown. */
interface ScanStateText {
  readonly label: string;
  readonly explanation: string;
  readonly type: StatusIndicatorProps.Type;
}

/** The words for a state, also for one that Transload doesn’t know. */
export function scanStateText(state: Reported<ScanState>): ScanStateText {
  return isKnown(state)
    ? scanStateTexts[state]
    : {
        label: reportedText(state, String),
        explanation: "ECR reports a state of the scan that Transload doesn’t know.",
        type: "warning",
      };
}

export const scanStateTexts: Record<ScanState, ScanStateText> = {
  not_scanned: {
    label: "Not scanned",
    explanation: "ECR hasn’t scanned this image. Choose Scan now, or turn on scan on push.",
    type: "stopped",
  },
  in_progress: {
    label: "Scanning",
    explanation: "ECR is scanning the image. Refresh to see the result.",
    type: "in-progress",
  },
  complete: {
    label: "Scanned",
    explanation: "What ECR’s basic scan found. ECR scans an image once in 24 hours.",
    type: "success",
  },
  active: {
    label: "Scanned continuously",
    explanation: "What Amazon Inspector found. It scans the image by itself.",
    type: "success",
  },
  failed: {
    label: "Scan failed",
    explanation: "ECR couldn’t scan this image.",
    type: "error",
  },
  unsupported: {
    label: "Can’t be scanned",
    explanation:
      "ECR scans images of common Linux distributions. For an index, choose one of its platforms.",
    type: "stopped",
  },
  expired: {
    label: "No longer scanned",
    explanation: "The image is older than the period in which Amazon Inspector scans images.",
    type: "stopped",
  },
  unavailable: {
    label: "Findings unavailable",
    explanation: "ECR has no findings for this image at the moment.",
    type: "warning",
  },
  limit_exceeded: {
    label: "Limit exceeded",
    explanation: "The account reached a limit for scans.",
    type: "warning",
  },
  archived: {
    label: "Archived",
    explanation: "Archived images aren’t scanned. Restore the image to scan it.",
    type: "stopped",
  },
};
