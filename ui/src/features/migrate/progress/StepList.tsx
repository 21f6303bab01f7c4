import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { JobSnapshot, MigrationStep } from "../../../ipc/generated";
import { StatusText } from "../../../shared/StatusText";

const steps: readonly (readonly [MigrationStep, string])[] = [
  ["create", "Create repositories"],
  ["log_in", "Log in"],
  ["tag", "Tag"],
  ["push", "Push"],
  ["verify", "Verify"],
];

/** Steps that a stop ends for the remaining images. */
const stoppable: readonly MigrationStep[] = ["tag", "push", "verify"];

function statusOf(snapshot: JobSnapshot, step: MigrationStep): StatusIndicatorProps.Type {
  const stopped = snapshot.images.some(({ state }) => state.kind === "cancelled");
  if (snapshot.status === "cancelling" && !snapshot.steps_finished.includes(step)) {
    return "stopped";
  }
  if (snapshot.steps_finished.includes(step)) {
    // A step that ended early did not succeed.
    return stopped && stoppable.includes(step) ? "stopped" : "success";
  }
  if (snapshot.steps_under_way.includes(step)) {
    return snapshot.status === "paused" ? "stopped" : "loading";
  }
  return "pending";
}

const words: Partial<Record<StatusIndicatorProps.Type, string>> = {
  success: "done",
  loading: "in progress",
  stopped: "stopped",
  pending: "pending",
};

/** The steps of a migration with their status, in one line. */
export function StepList({ snapshot }: { snapshot: JobSnapshot }) {
  return (
    <ol
      aria-label="Steps of the migration"
      data-testid="job-steps"
      style={{ display: "flex", gap: "20px", margin: 0, padding: 0, listStyle: "none" }}
    >
      {steps.map(([step, text]) => {
        const type = statusOf(snapshot, step);
        return (
          <li key={step} data-step={step} data-status={type}>
            <StatusText type={type} iconAriaLabel={words[type]}>
              {text}
            </StatusText>
          </li>
        );
      })}
    </ol>
  );
}
