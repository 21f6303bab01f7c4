import type { OutcomeCounts, ReportSummary } from "../ipc/generated";

/** Headlines as the program writes them. */
const headlines = {
  succeeded: { status: "success", title: "All images copied and verified" },
  kept: { status: "info", title: "Some images skipped, existing images kept" },
  partly_failed: { status: "warning", title: "Some images failed" },
  interrupted: { status: "warning", title: "Interrupted" },
} as const;

/** The summary of a report with these counts; the others are 0. */
export function reportSummary(
  outcome: keyof typeof headlines,
  counts: Partial<OutcomeCounts>,
  words: { text?: string; notes?: string[] } = {},
): ReportSummary {
  return {
    ...headlines[outcome],
    text: words.text ?? "",
    notes: words.notes ?? [],
    counts: {
      images: 0,
      equal: 0,
      equal_to_pushed: 0,
      up_to_date: 0,
      kept: 0,
      failed: 0,
      not_finished: 0,
      unknown: 0,
      ...counts,
    },
  };
}
