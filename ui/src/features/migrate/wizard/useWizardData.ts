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
import { type Draft, requestOf } from "./draft";
import { type PlanRequest, usePlan } from "./usePlan";
import { type ProposedNaming, useProposedNames } from "./useProposedNames";
import { type SourceImages, useSourceImages } from "./useSourceImages";
import { connectionProblem, repositoriesProblem, sourceProblem } from "./validation";

/** What the steps show besides the draft. */
export interface WizardData {
  readonly savedProfiles: Request<SavedProfile[]>;
  readonly awsProfiles: Request<AwsProfiles>;
  readonly identity: Request<AwsIdentity>;
  /** The account's alias, where it has one and it may be asked for. */
  readonly alias: string | null;
  readonly images: SourceImages;
  readonly names: ProposedNaming;
  readonly existing: Request<Repository[]>;
  /** What is set for the whole registry, once a step shows what could be changed in it. */
  readonly registry: Request<RegistrySettings>;
  readonly login: Request<RegistryLogin>;
  /** The newest plan; while it is made anew, the one before it stays in sight. */
  readonly plan: PlanRequest;
  /** Whether the caller may do what the plan would do; it never holds the plan up. */
  readonly permissions: Request<PlanPermissions>;
}

/** Indexes of the steps that ask for something when they are shown. */
const imagesStep = 1;
const repositoriesStep = 2;
const loginStep = 3;
const reviewStep = 4;

/** Asks the program for what the step in sight shows. */
export function useWizardData(draft: Draft, removeTemporaryTags: boolean): WizardData {
  const backend = useBackend();
  const connection = connectionProblem(draft) === null ? draft.connection : null;
  const key = connection === null ? null : connectionKey(connection);
  const at = (step: number, value: string | null) => (draft.step === step ? value : null);
  const source = sourceProblem(draft.source) === null ? draft.source : null;
  const engine = draft.source?.kind === "docker_engine";
  const names = useProposedNames(backend, draft, draft.step >= repositoriesStep);
  // Thousands of images are not put together anew while a plan of them tells how far it is.
  const request = useMemo(
    () =>
      draft.step === reviewStep && repositoriesProblem(draft, names) === null
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
    images: useSourceImages(backend, draft.step >= imagesStep ? source : null),
    names,
    existing: useRequest(at(repositoriesStep, key), () =>
      connected((one) => backend.repositoriesList(one)),
    ),
    registry: useRequest(
      draft.step === repositoriesStep || draft.step === reviewStep ? key : null,
      () => connected((one) => backend.registrySettings(one)),
    ),
    login: useRequest(at(loginStep, key === null ? null : `${key} ${engine}`), () =>
      connected((one) => backend.registryLogin(one, engine)),
    ),
    plan: { ...plan, loading: plan.loading || (draft.step === reviewStep && !names.settled) },
    permissions,
  };
}
