import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import type { MigrationPlan, PlanPermissions } from "../../../ipc/generated";
import { CommandList } from "../../../shared/CommandList";
import { formatCount, formatCounted } from "../../../shared/format";
import type { Request } from "../../../shared/useRequest";
import type { Draft } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import type { PlanRequest } from "../wizard/usePlan";
import { AccountWarning } from "./AccountWarning";
import { BuildCacheAlert } from "./BuildCacheAlert";
import { ExpiryAlert } from "./ExpiryAlert";
import { IdentityFacts } from "./IdentityFacts";
import { MissingPermissionsAlert } from "./MissingPermissionsAlert";
import { PlannedImagesTable } from "./PlannedImagesTable";
import { PlannedRepositoriesTable } from "./PlannedRepositoriesTable";
import { PlanPermissionsSection } from "./PlanPermissionsSection";
import { PlanTotals } from "./PlanTotals";

/** Props of {@link ReviewStep}. */
export interface ReviewStepProps {
  draft: Draft;
  onChange: (action: DraftAction) => void;
  plan: PlanRequest;
  permissions: Request<PlanPermissions>;
  /** The account's alias, where it has one and it may be asked for. */
  alias: string | null;
  errorActions: ErrorActions;
  /** Writes the plan to a file. */
  onExport: () => void;
  /** The same work as commands. */
  commands?: ReactNode;
  /** What would spare the plan some of its bytes. */
  offers?: ReactNode;
}

/** Why a plan cannot be started; nothing where it can. */
export function planProblem(plan: MigrationPlan): string | null {
  if (plan.ready) {
    return null;
  }
  const { conflicts, refused, images_to_move } = plan.totals;
  if (conflicts > 0) {
    return `Start waits for a choice: ${formatCounted(conflicts, "tag points", "tags point")} to another image already.`;
  }
  if (refused > 0) {
    return `Start waits: ${formatCounted(refused, "image", "images")} cannot be moved. Take them out of the selection, or remove the cause.`;
  }
  return images_to_move === 0
    ? "There is nothing to do: everything is there already."
    : "The plan cannot be started as it is.";
}

/** How far the making of a plan is, with a way to stop it. */
function PlanProgressBar({ plan }: { plan: PlanRequest }) {
  const { progress } = plan;
  if (progress === null || progress.images === 0) {
    return <StatusIndicator type="loading">Looking at source and destination</StatusIndicator>;
  }
  return (
    <div data-testid="plan-progress">
      <SpaceBetween size="s">
        <ProgressBar
          value={(progress.looked_at / progress.images) * 100}
          label="Looking at source and destination"
          description="Nothing is written."
          additionalInfo={`${formatCount(progress.looked_at)} of ${formatCounted(progress.images, "image", "images")} looked at`}
        />
        <Button onClick={plan.stop} data-testid="plan-stop">
          Stop
        </Button>
      </SpaceBetween>
    </div>
  );
}

/** Step 5: what will be written, before anything is. */
export function ReviewStep({
  draft,
  onChange,
  plan,
  permissions,
  alias,
  errorActions,
  onExport,
  commands,
  offers,
}: ReviewStepProps) {
  const answer = plan.answer;
  const problem = answer === null ? null : planProblem(answer);
  return (
    <SpaceBetween size="l">
      {plan.error !== null && (
        <ErrorAlert error={plan.error} actions={{ ...errorActions, retry: plan.reload }} />
      )}
      {plan.loading && <PlanProgressBar plan={plan} />}
      {plan.stopped && (
        <Alert
          type="info"
          header="The plan was stopped"
          action={
            <Button onClick={plan.reload} data-testid="plan-again">
              Make the plan
            </Button>
          }
        >
          Nothing was written. Make it when you want to see what would happen.
        </Alert>
      )}
      {answer !== null && (
        <SpaceBetween size="l">
          <Alert type="info" data-testid="nothing-written">
            Nothing has been written yet. Start makes the repositories and moves the images as
            listed.
          </Alert>
          {problem !== null && (
            <div role="status" data-testid="start-reason">
              <Alert type="warning">{problem}</Alert>
            </div>
          )}
          <AccountWarning draft={draft} identity={answer.identity} onChange={onChange} />
          <MissingPermissionsAlert
            draft={draft}
            onChange={onChange}
            identity={answer.identity}
            permissions={permissions}
          />
          <BuildCacheAlert plan={answer} draft={draft} onChange={onChange} />
          <ExpiryAlert plan={answer} draft={draft} onChange={onChange} />
          <Container
            header={<Header variant="h2">Who does it</Header>}
            data-testid="review-identity"
          >
            <IdentityFacts identity={answer.identity} alias={alias} loading={false} />
          </Container>
          <PlanTotals
            plan={answer}
            rate={draft.storageRate}
            onRate={(rate) => onChange({ type: "rate_changed", rate })}
          />
          {offers}
          <PlannedRepositoriesTable repositories={answer.repositories} />
          <PlannedImagesTable plan={answer} draft={draft} onChange={onChange} />
          <PlanPermissionsSection permissions={permissions} errorActions={errorActions} />
          <ExpandableSection
            variant="container"
            headerText="Run it on another computer"
            headerDescription="The plan as a file: a machine near ECR moves thousands of images faster than a laptop."
            data-testid="plan-file"
          >
            <SpaceBetween size="s">
              <span>
                The file holds the images with their digests, and no secrets. On the other computer
                its own AWS profile and <code>docker login</code> are used.
              </span>
              <Button onClick={onExport} data-testid="plan-export">
                Save the plan
              </Button>
              <CommandList commands={["transload-cli run plan.json"]} />
            </SpaceBetween>
          </ExpandableSection>
          <ExpandableSection
            variant="container"
            headerText="Show the commands"
            headerDescription="The same work by hand, with aws and docker, skopeo or crane."
            data-testid="commands"
          >
            {commands}
          </ExpandableSection>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
