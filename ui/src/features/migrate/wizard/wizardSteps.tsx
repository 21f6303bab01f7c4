import { RepositoriesStep } from "../steps/RepositoriesStep";
import { planProblem, ReviewStep } from "../steps/ReviewStep";
import { accountProblem } from "./accountProblem";
import { ConnectionContainer } from "./ConnectionContainer";
import { EngineOffers } from "./EngineOffers";
import { expiryProblem } from "./expiryConfirmation";
import { ImagesContainer } from "./ImagesContainer";
import { LoginContainer } from "./LoginContainer";
import { permissionsProblem } from "./missingPermissions";
import { PlanCommands } from "./PlanCommands";
import { BlobMountingOffer, RegistryOffers } from "./RegistryOffers";
import { connectionProblem, imagesProblem, repositoriesProblem } from "./validation";
import type { WizardStep } from "./wizardStep";

const never = () => false;

/** The steps in the order of `stepOrder`. */
export const wizardSteps: readonly WizardStep[] = [
  {
    id: "connection",
    title: "AWS profile",
    description: "Choose the account and region of the destination.",
    Content: ConnectionContainer,
    problem: ({ draft, data }) =>
      connectionProblem(draft) ??
      (data.identity.answer === null ? "Choose a working profile or Practice to continue." : null),
    waiting: ({ data }) => data.identity.loading,
  },
  {
    id: "images",
    title: "Images",
    description: "Choose the source and the images to copy.",
    Content: ({ draft, dispatch, data, errorActions }) => (
      <ImagesContainer
        draft={draft}
        dispatch={dispatch}
        images={data.images}
        profiles={data.awsProfiles.answer?.profiles ?? []}
        errorActions={errorActions}
      />
    ),
    problem: ({ draft }) => imagesProblem(draft),
    waiting: never,
  },
  {
    id: "repositories",
    title: "Repositories",
    description: "Choose the ECR repository names and the settings of new repositories.",
    Content: ({ draft, dispatch, data, errorActions }) => (
      <RepositoriesStep
        draft={draft}
        onChange={dispatch}
        proposed={data.names}
        existing={data.existing}
        errorActions={errorActions}
        offers={
          <RegistryOffers draft={draft} registry={data.registry} errorActions={errorActions} />
        }
      />
    ),
    problem: ({ draft, data }) => repositoriesProblem(draft, data.names),
    waiting: ({ data }) => !data.names.settled && data.names.error === null,
  },
  {
    id: "login",
    title: "Log in",
    description: "Check access to the registry.",
    Content: LoginContainer,
    problem: ({ data }) => {
      const login = data.login.answer;
      // A failed engine test doesn't block the step: some engines can't test registries that they
      // can push to.
      const accepted = login?.registry_accepts === true && !data.login.loading;
      return accepted ? null : "The registry login must succeed before you continue.";
    },
    waiting: ({ data }) => data.login.loading,
  },
  {
    id: "review",
    title: "Review",
    description: "Review the changes before you start.",
    Content: ({ draft, dispatch, data, errorActions, onExportPlan }) => (
      <ReviewStep
        draft={draft}
        onChange={dispatch}
        plan={data.plan}
        permissions={data.permissions}
        alias={data.alias}
        errorActions={errorActions}
        onExport={onExportPlan}
        commands={
          data.plan.answer !== null && (
            <PlanCommands plan={data.plan.answer} errorActions={errorActions} />
          )
        }
        offers={
          data.plan.answer !== null && (
            <>
              <EngineOffers plan={data.plan.answer} draft={draft} dispatch={dispatch} />
              <BlobMountingOffer
                draft={draft}
                plan={data.plan.answer}
                registry={data.registry}
                errorActions={errorActions}
                onChanged={data.plan.reload}
              />
            </>
          )
        }
      />
    ),
    problem: ({ draft, data }) => {
      const plan = data.plan.answer;
      if (data.plan.loading) {
        return "Creating the plan.";
      }
      return plan === null
        ? "No plan yet."
        : (planProblem(plan) ??
            accountProblem(draft, plan.identity) ??
            permissionsProblem(draft, plan.identity, data.permissions.answer) ??
            expiryProblem(draft, plan));
    },
    waiting: never,
  },
];
