import { formatCount, formatCounted } from "../../../shared/format";
import { prefixHint } from "../../../shared/repositoryName";
import { RepositoriesStep } from "../steps/RepositoriesStep";
import { planProblem, ReviewStep } from "../steps/ReviewStep";
import { accountProblem } from "./accountProblem";
import { ConnectionContainer } from "./ConnectionContainer";
import type { Draft } from "./draft";
import { EngineOffers } from "./EngineOffers";
import { expiryProblem } from "./expiryConfirmation";
import { ImagesContainer } from "./ImagesContainer";
import { permissionsProblem } from "./missingPermissions";
import { PlanCommands } from "./PlanCommands";
import { BlobMountingOffer, RegistryOffers } from "./RegistryOffers";
import type { WizardData } from "./useWizardData";
import { connectionProblem, imagesProblem, repositoriesProblem } from "./validation";
import type { WizardStep } from "./wizardStep";

const never = () => false;

/** Returns why there can't be a plan, or `null`. Names that are still loading are no problem. */
function namesProblem(draft: Draft, { names }: WizardData): string | null {
  if (names.error !== null) {
    return "Couldn’t generate the repository names.";
  }
  return names.settled ? repositoriesProblem(draft, names) : null;
}

/**
 * Returns why the registry login prevents the start, or `null`. A failed engine test doesn't: some
 * engines can't test registries that they can push to.
 */
function loginProblem({ login }: WizardData): string | null {
  if (login.loading) {
    return "Logging in to the registry.";
  }
  return login.answer?.registry_accepts === true
    ? null
    : "The registry login must succeed before you start the migration.";
}

/** Returns why AWS doesn't know the identity yet, or `null`. */
function identityProblem({ identity }: WizardData): string | null {
  if (identity.answer !== null) {
    return null;
  }
  return identity.error === null
    ? "Wait until your AWS identity is verified."
    : "Choose a working profile or Practice to continue.";
}

/** The steps in the order of `stepOrder`. */
export const wizardSteps: readonly WizardStep[] = [
  {
    id: "connection",
    title: "Destination",
    Content: ConnectionContainer,
    problem: ({ draft, data }) => connectionProblem(draft) ?? identityProblem(data),
    waiting: ({ data }) => data.identity.loading,
  },
  {
    id: "images",
    title: "Images",
    Content: ({ draft, dispatch, data, footer }) => (
      <ImagesContainer
        footer={footer}
        draft={draft}
        dispatch={dispatch}
        images={data.images}
        profiles={data.awsProfiles.answer?.profiles ?? []}
      />
    ),
    problem: ({ draft }) => imagesProblem(draft),
    waiting: never,
  },
  {
    id: "repositories",
    title: "Names",
    Content: ({ draft, dispatch, data }) => (
      <RepositoriesStep
        draft={draft}
        onChange={dispatch}
        proposed={data.names}
        existing={data.existing}
        offers={<RegistryOffers draft={draft} registry={data.registry} />}
      />
    ),
    problem: ({ draft, data }) => repositoriesProblem(draft, data.names),
    waiting: ({ data }) => !data.names.settled && data.names.error === null,
    status: ({ draft, data }) => {
      const [first] = data.names.proposals.values();
      return first === undefined ? null : prefixHint(draft.prefix, first);
    },
  },
  {
    id: "review",
    title: "Review",
    Content: ({ draft, dispatch, data }) => (
      <ReviewStep
        draft={draft}
        onChange={dispatch}
        plan={data.plan}
        login={data.login}
        permissions={data.permissions}
        alias={data.alias}
        unnamed={namesProblem(draft, data)}
        onNames={() => dispatch({ type: "step_shown", step: "repositories" })}
        commands={data.plan.answer !== null && <PlanCommands plan={data.plan.answer} />}
        offers={
          data.plan.answer !== null && (
            <EngineOffers plan={data.plan.answer} draft={draft} dispatch={dispatch} />
          )
        }
        checkOffers={
          data.plan.answer !== null && (
            <BlobMountingOffer
              draft={draft}
              plan={data.plan.answer}
              registry={data.registry}
              onChanged={data.plan.reload}
            />
          )
        }
      />
    ),
    problem: ({ draft, data }) => {
      const plan = data.plan.answer;
      const names = namesProblem(draft, data);
      if (names !== null) {
        return names;
      }
      if (data.plan.loading) {
        const { progress } = data.plan;
        return progress === null || progress.images === 0
          ? "Creating the plan."
          : `Creating the plan: ${formatCount(progress.looked_at)} of ${formatCounted(progress.images, "image", "images")} checked.`;
      }
      return plan === null
        ? "No plan yet."
        : (planProblem(plan) ??
            accountProblem(draft, plan.identity) ??
            permissionsProblem(draft, plan.identity, data.permissions.answer) ??
            expiryProblem(draft, plan) ??
            loginProblem(data));
    },
    waiting: never,
    status: () => <span data-testid="nothing-written">No changes have been made yet.</span>,
  },
];
