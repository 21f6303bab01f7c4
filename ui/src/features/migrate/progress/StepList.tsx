import Steps, { type StepsProps } from "@cloudscape-design/components/steps";
import type { JobSnapshot, MigrationStep } from "../../../ipc/generated";

const steps: readonly (readonly [MigrationStep, string])[] = [
  ["create", "Create repositories"],
  ["log_in", "Log in"],
  ["tag", "Tag"],
  ["push", "Push"],
  ["verify", "Verify"],
];

function statusOf(snapshot: JobSnapshot, step: MigrationStep): [StepsProps.Status, string] {
  if (snapshot.steps_finished.includes(step)) {
    return ["success", "done"];
  }
  if (snapshot.steps_under_way.includes(step)) {
    return snapshot.status === "paused" ? ["stopped", "paused"] : ["loading", "in progress"];
  }
  return ["pending", "pending"];
}

/** The steps of a migration with their status. */
export function StepList({ snapshot }: { snapshot: JobSnapshot }) {
  return (
    <Steps
      orientation="horizontal"
      ariaLabel="Steps of the migration"
      data-testid="job-steps"
      steps={steps.map(([step, header]) => {
        const [status, statusIconAriaLabel] = statusOf(snapshot, step);
        return { header, status, statusIconAriaLabel };
      })}
    />
  );
}
