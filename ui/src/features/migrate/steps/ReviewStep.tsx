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

export interface ReviewStepProps {
  draft: Draft;
  onChange: (action: DraftAction) => void;
  plan: PlanRequest;
  permissions: Request<PlanPermissions>;
  /** `null` if the account has no alias or the identity isn't allowed to read it. */
  alias: string | null;
  errorActions: ErrorActions;
  onExport: () => void;
  commands?: ReactNode;
  /** Offers that reduce the upload. */
  offers?: ReactNode;
}

/** Returns why the plan can't be started, or `null`. */
export function planProblem(plan: MigrationPlan): string | null {
  if (plan.ready) {
    return null;
  }
  const { conflicts, refused, images_to_move } = plan.totals;
  if (conflicts > 0) {
    return `Choose an action for ${formatCounted(conflicts, "conflict", "conflicts")} to start the migration.`;
  }
  if (refused > 0) {
    return `Transload can’t copy ${formatCounted(refused, "image", "images")}. Deselect the images, or fix the cause.`;
  }
  return images_to_move === 0 ? "All images are up to date." : "The plan can’t be started.";
}

/** Planning progress with a Stop button. */
function PlanProgressBar({ plan }: { plan: PlanRequest }) {
  const { progress } = plan;
  if (progress === null || progress.images === 0) {
    return <StatusIndicator type="loading">Reading source and destination</StatusIndicator>;
  }
  return (
    <div data-testid="plan-progress">
      <SpaceBetween size="s">
        <ProgressBar
          value={(progress.looked_at / progress.images) * 100}
          label="Reading source and destination"
          description="No changes are made."
          additionalInfo={`${formatCount(progress.looked_at)} of ${formatCounted(progress.images, "image", "images")} checked`}
        />
        <Button onClick={plan.stop} data-testid="plan-stop">
          Stop
        </Button>
      </SpaceBetween>
    </div>
  );
}

/** Step 5: the plan. */
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
          header="Planning cancelled"
          action={
            <Button onClick={plan.reload} data-testid="plan-again">
              Create plan
            </Button>
          }
        >
          No changes were made. To continue, create the plan.
        </Alert>
      )}
      {answer !== null && (
        <SpaceBetween size="l">
          <Alert type="info" data-testid="nothing-written">
            No changes have been made. Start creates the repositories and copies the images listed
            below.
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
            header={<Header variant="h2">Destination</Header>}
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
            headerText="Run on another computer"
            headerDescription="Download the plan to run it on a computer with a faster connection to ECR."
            data-testid="plan-file"
          >
            <SpaceBetween size="s">
              <span>
                The file contains the images with their digests and no secrets. The other computer
                uses its own AWS profile and <code>docker login</code>.
              </span>
              <Button onClick={onExport} data-testid="plan-export">
                Download plan
              </Button>
              <CommandList commands={["transload-cli run plan.json"]} />
            </SpaceBetween>
          </ExpandableSection>
          <ExpandableSection
            variant="container"
            headerText="Commands"
            headerDescription="The same migration with the AWS CLI and docker, skopeo, or crane."
            data-testid="commands"
          >
            {commands}
          </ExpandableSection>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
