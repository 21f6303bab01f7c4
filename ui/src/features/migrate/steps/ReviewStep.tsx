import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { ErrorAlert } from "../../../errors";
import type { MigrationPlan, PlanPermissions, RegistryLogin } from "../../../ipc/generated";
import { CommandList } from "../../../shared/CommandList";
import { FillHeight } from "../../../shared/FillHeight";
import { FollowingTabs } from "../../../shared/FollowingTabs";
import { formatCount, formatCounted } from "../../../shared/format";
import { StatusText } from "../../../shared/StatusText";
import type { Request } from "../../../shared/useRequest";
import type { Draft } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import type { PlanRequest } from "../wizard/usePlan";
import { wizardFooterHeight } from "../wizard/wizardFooterHeight";
import { AccountWarning } from "./AccountWarning";
import { BuildCacheAlert } from "./BuildCacheAlert";
import { ExpiryAlert } from "./ExpiryAlert";
import { MissingPermissionsAlert } from "./MissingPermissionsAlert";
import { PlanChecks } from "./PlanChecks";
import { chosenKeys, isShown, PlanChips, type PlanFilter } from "./PlanChips";
import { PlannedImagesTable } from "./PlannedImagesTable";
import { PlannedRepositoriesTable } from "./PlannedRepositoriesTable";
import { PlanPermissionsSection } from "./PlanPermissionsSection";

interface ReviewStepProps {
  draft: Draft;
  onChange: (action: DraftAction) => void;
  plan: PlanRequest;
  login: Request<RegistryLogin>;
  permissions: Request<PlanPermissions>;
  /** `null` if the account has no alias or the identity isn't allowed to read it. */
  alias: string | null;
  /** Why there is no plan: a problem of the names, or `null`. */
  unnamed: string | null;
  onNames: () => void;
  commands?: ReactNode;
  /** Offers of other sources. */
  offers?: ReactNode;
  /** Offers that take one line. */
  checkOffers?: ReactNode;
}

/** Returns why the plan can't be started, or `null`. */
export function planProblem(plan: MigrationPlan): string | null {
  const { conflicts, refused, images_to_move, referrer_tags } = plan.totals;
  // A run without anything to write would only verify, which the history does.
  const nothing = images_to_move === 0 && referrer_tags === 0;
  if (plan.ready && !nothing) {
    return null;
  }
  if (conflicts > 0) {
    return `Choose an action for ${formatCounted(conflicts, "conflict", "conflicts")} to start the migration.`;
  }
  if (refused > 0) {
    return `Transload can’t copy ${formatCounted(refused, "image", "images")}. Deselect the images, or fix the cause.`;
  }
  if (images_to_move > 0) {
    return "The plan can’t be started.";
  }
  return plan.images.some(({ action }) => action.kind === "keep_existing")
    ? "Nothing to copy: all images are up to date or skipped."
    : "Nothing to copy: all images are up to date.";
}

/** Planning progress with a Stop button. */
function PlanProgressBar({ plan }: { plan: PlanRequest }) {
  const { progress } = plan;
  if (progress === null || progress.images === 0) {
    return <StatusText type="loading">Reading source and destination</StatusText>;
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

/** Step 4: the plan. */
export function ReviewStep(props: ReviewStepProps) {
  const { plan, login, unnamed } = props;
  return (
    <SpaceBetween size="s">
      {unnamed !== null && (
        <Alert
          type="warning"
          action={
            <Button onClick={props.onNames} data-testid="review-names">
              Go to Names
            </Button>
          }
          data-testid="review-unnamed"
        >
          {unnamed}
        </Alert>
      )}
      {login.error !== null && <ErrorAlert error={login.error} actions={{ retry: login.reload }} />}
      {plan.error !== null && <ErrorAlert error={plan.error} actions={{ retry: plan.reload }} />}
      {plan.loading && plan.answer === null && unnamed === null && <PlanProgressBar plan={plan} />}
      {plan.stopped && (
        <Alert
          type="info"
          header="Planning canceled"
          action={
            <Button onClick={plan.reload} data-testid="plan-again">
              Create plan
            </Button>
          }
        >
          No changes were made. To continue, create the plan.
        </Alert>
      )}
      {plan.answer !== null && <Plan {...props} answer={plan.answer} />}
    </SpaceBetween>
  );
}

type Tab =
  | "plan-tab-copies"
  | "plan-tab-repositories"
  | "plan-tab-permissions"
  | "plan-tab-commands";

/** The plan: totals, checks, and the images directly below. The filters of its tables stay while another tab is shown. */
function Plan(props: ReviewStepProps & { answer: MigrationPlan }) {
  const { answer, draft, onChange, permissions } = props;
  const [tab, setTab] = useState<Tab>("plan-tab-copies");
  const [filter, setFilter] = useState<PlanFilter | null>(null);
  const chosen = chosenKeys(draft);
  // A filter without images would look like an empty plan.
  const shown =
    filter !== null && answer.images.some((image) => isShown(image, filter, chosen))
      ? filter
      : null;
  const count = (number: number) => ` (${formatCount(number)})`;
  return (
    <SpaceBetween size="s">
      <div data-testid="plan-totals">
        <SpaceBetween size="xs">
          <PlanChips
            plan={answer}
            draft={draft}
            filter={tab === "plan-tab-copies" ? shown : null}
            onFilter={(wanted) => {
              setFilter(wanted);
              setTab("plan-tab-copies");
            }}
            repositories={tab === "plan-tab-repositories"}
            onRepositories={(wanted) =>
              setTab(wanted ? "plan-tab-repositories" : "plan-tab-copies")
            }
          />
          <PlanChecks
            plan={answer}
            alias={props.alias}
            login={props.login}
            permissions={permissions}
            rate={draft.storageRate}
            onRate={(rate) => onChange({ type: "rate_changed", rate })}
            onPermissions={() => setTab("plan-tab-permissions")}
            offers={props.checkOffers}
          />
        </SpaceBetween>
      </div>
      <AccountWarning draft={draft} identity={answer.identity} onChange={onChange} />
      <MissingPermissionsAlert
        draft={draft}
        onChange={onChange}
        identity={answer.identity}
        permissions={permissions}
      />
      <BuildCacheAlert plan={answer} draft={draft} onChange={onChange} />
      <ExpiryAlert plan={answer} draft={draft} onChange={onChange} />
      {props.offers}
      <FollowingTabs
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId as Tab)}
        ariaLabel="Plan"
        disableContentPaddings
        data-testid="plan-tabs"
        tabs={[
          {
            id: "plan-tab-copies",
            label: `Copies${count(answer.images.length)}`,
            contentRenderStrategy: "lazy",
            content: (
              <PlannedImagesTable plan={answer} draft={draft} filter={shown} onChange={onChange} />
            ),
          },
          {
            id: "plan-tab-repositories",
            label: `Repositories${count(answer.repositories.length)}`,
            contentRenderStrategy: "lazy",
            content: <PlannedRepositoriesTable repositories={answer.repositories} />,
          },
          {
            id: "plan-tab-permissions",
            label: "Permissions",
            content: (
              <FillHeight below={wizardFooterHeight}>
                <Box padding={{ top: "m" }}>
                  <PlanPermissionsSection permissions={permissions} />
                </Box>
              </FillHeight>
            ),
          },
          {
            id: "plan-tab-commands",
            label: "CLI commands",
            content: (
              <FillHeight below={wizardFooterHeight}>
                <Box padding={{ top: "m" }}>
                  <SpaceBetween size="m">
                    <div data-testid="commands">{props.commands}</div>
                    <Box>
                      To run the plan from another machine, choose Download plan. The file contains
                      the images with their digests and no secrets. The other machine uses its own
                      AWS profile and <code>docker login</code>.
                    </Box>
                    <CommandList commands={["transload-cli run plan.json"]} />
                  </SpaceBetween>
                </Box>
              </FillHeight>
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
