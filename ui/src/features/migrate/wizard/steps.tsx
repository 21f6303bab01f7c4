import type { ComponentType } from "react";
import type { ErrorActions } from "../../../errors";
import { RepositoriesStep } from "../steps/RepositoriesStep";
import { planProblem, ReviewStep } from "../steps/ReviewStep";
import { accountProblem } from "./account";
import { ConnectionContainer } from "./ConnectionContainer";
import type { Draft } from "./draft";
import { EngineOffers } from "./EngineOffers";
import { expiryProblem } from "./expiry";
import { ImagesContainer } from "./ImagesContainer";
import { LoginContainer } from "./LoginContainer";
import { PlanCommands } from "./PlanCommands";
import { permissionsProblem } from "./permissions";
import { BlobMountingOffer, RegistryOffers } from "./RegistryOffers";
import type { DraftAction } from "./reducer";
import type { WizardData } from "./useWizardData";
import { connectionProblem, imagesProblem, repositoriesProblem } from "./validation";

/** What a step is given. */
export interface StepContext {
  readonly draft: Draft;
  /** Writes the plan to a file. */
  readonly onExportPlan: () => void;
  readonly dispatch: (action: DraftAction) => void;
  readonly data: WizardData;
  readonly errorActions: ErrorActions;
}

/** One step of the wizard. */
export interface WizardStep {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly Content: ComponentType<StepContext>;
  /** What keeps a person from going on; nothing where all is well. */
  readonly problem: (context: StepContext) => string | null;
  /** Whether an answer is awaited without which nobody can go on. */
  readonly waiting: (context: StepContext) => boolean;
}

const never = () => false;

/** The steps of the wizard, in order. */
export const wizardSteps: readonly WizardStep[] = [
  {
    id: "connection",
    title: "AWS profile",
    description: "Which account and region the images go to.",
    Content: ConnectionContainer,
    problem: ({ draft, data }) =>
      connectionProblem(draft) ??
      (data.identity.answer === null
        ? "Go on once AWS has said who you are. Choose a profile that works, or practice."
        : null),
    waiting: ({ data }) => data.identity.loading,
  },
  {
    id: "images",
    title: "Images",
    description: "Which images are moved, and where they are now.",
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
    description: "What the repositories in ECR are called, and how new ones are set up.",
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
    description: "Whether the registry lets you in.",
    Content: LoginContainer,
    problem: ({ data }) => {
      const login = data.login.answer;
      // What the engine's own test said is no bar: some engines cannot test what they can push to.
      const accepted = login?.registry_accepts === true && !data.login.loading;
      return accepted ? null : "Go on once the login has succeeded.";
    },
    waiting: ({ data }) => data.login.loading,
  },
  {
    id: "review",
    title: "Review",
    description: "What will be written.",
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
        return "The plan is being made.";
      }
      return plan === null
        ? "There is no plan yet."
        : (planProblem(plan) ??
            accountProblem(draft, plan.identity) ??
            permissionsProblem(draft, plan.identity, data.permissions.answer) ??
            expiryProblem(draft, plan));
    },
    waiting: never,
  },
];
