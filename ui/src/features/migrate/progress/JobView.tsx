import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useMemo } from "react";
import { ErrorAlert } from "../../../errors";
import type { PullQuota } from "../../../ipc/generated";
import {
  formatBytes,
  formatCount,
  formatCounted,
  formatDuration,
  formatRate,
} from "../../../shared/format";
import { grouped } from "./imageGroups";
import { JobImagesTable } from "./JobImagesTable";
import { type JobState, jobTimeLeft, percentOf, speedOf } from "./jobState";
import { QuotaWait } from "./QuotaWait";
import { SignInWait } from "./SignInWait";
import { Sparkline } from "./Sparkline";
import { StepList } from "./StepList";
import { imagesPerSecond } from "./throughput";
import { formatImageRate, formatTimeRange } from "./timeRange";
import type { PendingStatus } from "./usePendingStatus";

interface JobViewProps {
  job: JobState;
  /** Another action is running. */
  busy: boolean;
  /** The status that was requested and that the job doesn't have yet. */
  pending: PendingStatus | null;
  /** The source sign-in form, shown while the migration waits for the pull rate limit. */
  signIn: ReactNode;
  onPause: () => void;
  onResume: () => void;
  /** Asks whether to stop. */
  onStop: () => void;
  /** Checks immediately whether the user signed in. */
  onCheckNow: () => void;
}

/** The progress of a running migration. */
export function JobView(props: JobViewProps) {
  const { job, pending, signIn, onPause, onResume, onStop, onCheckNow } = props;
  const { snapshot } = job;
  const switching = pending === "paused" || pending === "running";
  const busy = !switching && (props.busy || pending !== null);
  const { status } = snapshot;
  const groups = useMemo(() => grouped(snapshot.images), [snapshot.images]);
  const paused = status === "paused";
  const stopping = status === "cancelling" || pending === "cancelling";
  const percent = percentOf(snapshot);
  return (
    <SpaceBetween size="s">
      {snapshot.sign_in_error !== null && (
        <SignInWait error={snapshot.sign_in_error} actions={{ retry: onCheckNow }} />
      )}
      {snapshot.quota_check_at_ms !== null && (
        <QuotaWait checkAtMs={snapshot.quota_check_at_ms} signIn={signIn} />
      )}
      {job.journalError !== null && <ErrorAlert error={job.journalError} />}
      <Container
        data-testid="job"
        header={
          <Header
            variant="h2"
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                {paused ? (
                  <Button
                    iconName="play"
                    onClick={onResume}
                    disabled={busy}
                    // Not disabled, which would drop the keyboard focus. The button stays when the status changes.
                    loading={switching}
                    data-testid="job-resume"
                  >
                    {pending === "running" ? "Resuming…" : "Resume"}
                  </Button>
                ) : (
                  <Button
                    iconName="pause"
                    onClick={onPause}
                    disabled={busy || (status !== "running" && !switching)}
                    loading={switching}
                    data-testid="job-pause"
                  >
                    {pending === "paused" ? "Pausing…" : "Pause"}
                  </Button>
                )}
                <Button
                  onClick={onStop}
                  disabled={!stopping && (props.busy || switching || status === "finished")}
                  loading={stopping}
                  loadingText="Stopping"
                  data-testid="job-cancel"
                >
                  {stopping ? "Stopping…" : "Stop"}
                </Button>
              </SpaceBetween>
            }
          >
            Migration
          </Header>
        }
      >
        <SpaceBetween size="s">
          <StepList snapshot={snapshot} />
          <div style={{ display: "flex", gap: "24px", alignItems: "flex-start" }}>
            <div style={{ flex: "1 1 auto", minInlineSize: 0 }}>
              <ProgressBar
                value={percent}
                label={statusText(status)}
                description={totalText(job, groups.done.length)}
                additionalInfo={rateText(job)}
                data-testid="job-progress"
              />
            </div>
            <Sparkline points={job.speeds.points} />
          </div>
        </SpaceBetween>
      </Container>
      {Object.entries(job.failedRepositories).map(([name, error]) => (
        <div key={name}>
          <Alert type="error" header={`Couldn’t create repository ${name}`}>
            Images of this repository fail. The migration continues with the others.
          </Alert>
          <ErrorAlert error={error} />
        </div>
      ))}
      <JobImagesTable groups={groups} />
    </SpaceBetween>
  );
}

/** Images and bytes so far: `351 of 1,505 images, 20 of 78 MB`. */
function totalText({ snapshot }: JobState, done: number): string {
  const { images_total, images_failed, sent_bytes, skipped_bytes, total_bytes } = snapshot.progress;
  const failed = images_failed > 0 ? [`${formatCount(images_failed)} failed`] : [];
  return [
    `${formatCount(done)} of ${formatCounted(images_total, "image", "images")}`,
    ...failed,
    `${formatBytes(sent_bytes + skipped_bytes)} of ${formatBytes(total_bytes)}`,
    `${formatBytes(sent_bytes)} sent`,
    `${formatBytes(skipped_bytes)} reused`,
  ].join(" · ");
}

/** Speed and times: `3.1 images/s · 1.2 MB/s · about 6–9 min left · elapsed 2 min`. */
function rateText(job: JobState): string {
  const { snapshot } = job;
  const running = snapshot.status === "running";
  const images = imagesPerSecond(job.throughput);
  const speed = speedOf(job);
  const left = jobTimeLeft(job);
  return [
    ...(running && images !== null ? [formatImageRate(images)] : []),
    ...(running && speed !== null ? [formatRate(speed)] : []),
    ...(left === null ? [] : [`${formatTimeRange(left)} left`]),
    `elapsed ${formatDuration(snapshot.elapsed_ms)}`,
    ...(snapshot.pulls_left === null
      ? []
      : [`Docker Hub pulls remaining: ${pullsText(snapshot.pulls_left)}`]),
  ].join(" · ");
}

function statusText(status: JobState["snapshot"]["status"]): string {
  switch (status) {
    case "running":
      return "Runs in the background.";
    case "paused":
      return "Paused. Current transfers will finish.";
    case "cancelling":
      return "Stopping…";
    case "finished":
      return "Done.";
  }
}

function pullsText({ left, limit, window_seconds }: PullQuota): string {
  return `${formatCount(left)} of ${formatCount(limit)} in ${formatDuration(window_seconds * 1000)}`;
}
