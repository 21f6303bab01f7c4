import { useMemo } from "react";
import { useBackend } from "../../../ipc/BackendContext";
import type {
  AwsConnection,
  AwsIdentity,
  AwsProfiles,
  PlanPermissions,
  RegistryLogin,
  RegistrySettings,
  Repository,
  SavedProfile,
} from "../../../ipc/generated";
import { connectionKey } from "../../../shared/connection";
import { type Request, useRequest } from "../../../shared/useRequest";
import { type Draft, hasReached, requestOf, type StepId } from "./draft";
import { type PlanRequest, usePlan } from "./usePlan";
import { type ProposedNaming, useProposedNames } from "./useProposedNames";
import { type SourceImages, useSourceImages } from "./useSourceImages";
import { connectionProblem, repositoriesProblem, sourceProblem } from "./validation";

/** Data of the steps besides the draft. */
export interface WizardData {
  readonly savedProfiles: Request<SavedProfile[]>;
  readonly awsProfiles: Request<AwsProfiles>;
  readonly identity: Request<AwsIdentity>;
  /** `null` if the account has no alias or the identity isn't allowed to read it. */
  readonly alias: string | null;
  readonly images: SourceImages;
  readonly names: ProposedNaming;
  readonly existing: Request<Repository[]>;
  /** Registry settings, loaded when a step can change them. */
  readonly registry: Request<RegistrySettings>;
  readonly login: Request<RegistryLogin>;
  /** The newest plan. It stays visible while a new plan is created. */
  readonly plan: PlanRequest;
  /** Result of the permission check. It doesn't delay the plan. */
  readonly permissions: Request<PlanPermissions>;
}

/** Loads the data of the visible step. */
export function useWizardData(draft: Draft, removeTemporaryTags: boolean): WizardData {
  const backend = useBackend();
  const connection = connectionProblem(draft) === null ? draft.connection : null;
  const key = connection === null ? null : connectionKey(connection);
  const at = (step: StepId, value: string | null) => (draft.step === step ? value : null);
  const source = sourceProblem(draft.source) === null ? draft.source : null;
  const engine = draft.source?.kind === "docker_engine";
  const names = useProposedNames(backend, draft, hasReached(draft, "repositories"));
  // Avoids rebuilding thousands of images on each progress event.
  const request = useMemo(
    () =>
      draft.step === "review" && repositoriesProblem(draft, names) === null
        ? requestOf(draft, names.proposals, removeTemporaryTags)
        : null,
    [draft, names, removeTemporaryTags],
  );
  const plan = usePlan(backend, request);

  const connected = <Answer>(call: (connection: AwsConnection) => Promise<Answer>) =>
    connection === null ? Promise.reject(new Error("no connection")) : call(connection);

  const identity = useRequest(key, () => connected((one) => backend.awsIdentity(one)));
  const alias = useRequest(identity.answer === null ? null : key, () =>
    connected((one) => backend.awsAccountAlias(one)),
  );
  const made = plan.loading ? null : (plan.answer?.plan ?? null);
  const permissions = useRequest(made, () => backend.migrationPermissions(made ?? ""));

  return {
    savedProfiles: useRequest("saved", () => backend.savedProfilesList()),
    awsProfiles: useRequest("aws", () => backend.awsProfilesList()),
    identity,
    alias: alias.answer,
    images: useSourceImages(backend, hasReached(draft, "images") ? source : null),
    names,
    existing: useRequest(at("repositories", key), () =>
      connected((one) => backend.repositoriesList(one)),
    ),
    registry: useRequest(
      draft.step === "repositories" || draft.step === "review" ? key : null,
      () => connected((one) => backend.registrySettings(one)),
    ),
    login: useRequest(at("review", key === null ? null : `${key} ${engine}`), () =>
      connected((one) => backend.registryLogin(one, engine)),
    ),
    plan: { ...plan, loading: plan.loading || (draft.step === "review" && !names.settled) },
    permissions,
  };
}
