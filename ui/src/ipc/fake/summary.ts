import type {
  ImageReport,
  MigrationOutcome,
  OutcomeCounts,
  ReportSummary,
  SummaryStatus,
} from "../generated";

export const noCounts: OutcomeCounts = {
  images: 0,
  equal: 0,
  equal_to_pushed: 0,
  up_to_date: 0,
  kept: 0,
  failed: 0,
  not_finished: 0,
  unknown: 0,
};

const statuses: Record<MigrationOutcome, SummaryStatus> = {
  running: "in-progress",
  succeeded: "success",
  kept: "info",
  unproven: "warning",
  partly_failed: "warning",
  failed: "error",
  cancelled: "stopped",
  interrupted: "warning",
  incomplete: "error",
};

const titles: Record<MigrationOutcome, string> = {
  running: "Running",
  succeeded: "All images are in ECR, verified by digest",
  kept: "Some images skipped, existing images kept",
  unproven: "Couldn’t verify some images",
  partly_failed: "Some images failed",
  failed: "All images failed",
  cancelled: "Cancelled with images not finished",
  interrupted: "Interrupted",
  incomplete: "Incomplete: part 2 of 2 is missing",
};

/** A simplified version of the summary of the program. */
export function fakeSummary(
  outcome: MigrationOutcome,
  counts: Partial<OutcomeCounts>,
  notes: string[] = [],
): ReportSummary {
  const all = { ...noCounts, ...counts };
  const parts: [number, string][] = [
    [all.equal, "verified equal"],
    [all.equal_to_pushed, "verified with another digest"],
    [all.kept, "skipped (existing image kept)"],
    [all.failed, "failed"],
    [all.not_finished, "not finished"],
    [all.unknown, "unknown"],
  ];
  const named = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return {
    status: statuses[outcome],
    title: titles[outcome],
    text: `${all.images} images: ${named.join(", ")}.`,
    notes,
    counts: all,
  };
}

export function fakeCounts(images: readonly ImageReport[]): OutcomeCounts {
  const of = (standing: ImageReport["standing"]) =>
    images.filter((image) => image.standing === standing).length;
  return {
    images: images.length,
    equal: of("equal"),
    equal_to_pushed: of("equal_to_pushed"),
    up_to_date: images.filter((image) => image.result.kind === "unchanged").length - of("kept"),
    kept: of("kept"),
    failed: of("failed"),
    not_finished: of("not_finished"),
    unknown: of("unknown"),
  };
}
