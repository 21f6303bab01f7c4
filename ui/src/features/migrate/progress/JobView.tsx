import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, type ReactNode, Suspense } from "react";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import type { PullsLeft } from "../../../ipc/generated";
import {
  formatBytes,
  formatCount,
  formatCounted,
  formatDuration,
  formatRate,
} from "../../../shared/format";
import { JobImagesTable } from "./JobImagesTable";
import { bytesLeft, type JobState, percentOf, speedOf, timeLeftMs } from "./jobState";
import { QuotaWait } from "./QuotaWait";
import { SignInWait } from "./SignInWait";
import { StepList } from "./StepList";

// Loads the chart library only on this page.
const SpeedChart = lazy(() => import("./SpeedChart"));

/** Height of the chart's plot, in pixels. */
const chartHeight = 120;
/** Height including axes and titles, reserved while the chart loads. */
const chartRoom = { minHeight: `${chartHeight + 90}px` };

export interface JobViewProps {
  job: JobState;
  errorActions: ErrorActions;
  /** An action that was requested and hasn't taken effect. */
  busy: boolean;
  /** The source sign-in form, shown while the migration waits for the pull rate limit. */
  signIn: ReactNode;
  onPause: () => void;
  onResume: () => void;
  /** Asks whether to stop. */
  onStop: () => void;
  /** Checks immediately whether the user signed in. */
  onLookAgain: () => void;
}

/** The progress of a running migration. */
export function JobView(props: JobViewProps) {
  const { job, errorActions, busy, signIn, onPause, onResume, onStop, onLookAgain } = props;
  const { snapshot } = job;
  const { progress, status } = snapshot;
  const speed = speedOf(job);
  const left = timeLeftMs(job);
  const paused = status === "paused";
  const percent = percentOf(snapshot);
  return (
    <SpaceBetween size="l">
      {snapshot.sign_in_error !== null && (
        <SignInWait
          error={snapshot.sign_in_error}
          actions={{ ...errorActions, retry: onLookAgain }}
        />
      )}
      {snapshot.quota_look_again_at_ms !== null && (
        <QuotaWait lookAgainAtMs={snapshot.quota_look_again_at_ms} signIn={signIn} />
      )}
      {job.journalError !== null && <ErrorAlert error={job.journalError} actions={errorActions} />}
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
                    data-testid="job-resume"
                  >
                    Resume
                  </Button>
                ) : (
                  <Button
                    iconName="pause"
                    onClick={onPause}
                    disabled={busy || status !== "running"}
                    data-testid="job-pause"
                  >
                    Pause
                  </Button>
                )}
                <Button
                  onClick={onStop}
                  disabled={busy || status === "finished"}
                  loading={status === "cancelling"}
                  loadingText="Stopping"
                  data-testid="job-cancel"
                >
                  {status === "cancelling" ? "Stopping…" : "Stop"}
                </Button>
              </SpaceBetween>
            }
          >
            Migration
          </Header>
        }
      >
        <SpaceBetween size="l">
          <StepList snapshot={snapshot} />
          <ProgressBar
            value={percent}
            label="All images"
            description={statusText(status)}
            additionalInfo={`${formatBytes(progress.sent_bytes)} uploaded, ${formatBytes(progress.skipped_bytes)} already in ECR, ${formatBytes(bytesLeft(job))} remaining`}
            data-testid="job-progress"
          />
          <KeyValuePairs
            columns={4}
            items={[
              {
                label: "Images",
                value: `${progress.images_finished} of ${formatCounted(progress.images_total, "image", "images")}${progress.images_failed > 0 ? `, ${progress.images_failed} failed` : ""}`,
              },
              { label: "Speed", value: speed === null || paused ? "–" : formatRate(speed) },
              { label: "Time left", value: left === null ? "–" : formatDuration(left) },
              { label: "Elapsed time", value: formatDuration(snapshot.elapsed_ms) },
              ...(snapshot.pulls_left === null
                ? []
                : [{ label: "Docker Hub pulls remaining", value: pullsText(snapshot.pulls_left) }]),
            ]}
          />
          <div style={chartRoom} data-testid="job-speed">
            <Suspense fallback={null}>
              <SpeedChart points={job.speeds.points} height={chartHeight} />
            </Suspense>
          </div>
        </SpaceBetween>
      </Container>
      {Object.entries(job.failedRepositories).map(([name, error]) => (
        <div key={name}>
          <Alert type="error" header={`Couldn’t create repository ${name}`}>
            Images of this repository fail. The migration continues with the others.
          </Alert>
          <ErrorAlert error={error} actions={errorActions} />
        </div>
      ))}
      <JobImagesTable images={snapshot.images} />
    </SpaceBetween>
  );
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

function pullsText({ left, limit, window_seconds }: PullsLeft): string {
  return `${formatCount(left)} of ${formatCount(limit)} in ${formatDuration(window_seconds * 1000)}`;
}
