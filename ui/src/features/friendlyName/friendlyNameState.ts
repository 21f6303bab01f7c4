/** What the Friendly name page keeps while other pages are open. `App` owns it. */
import type {
  AwsConnection,
  CheckId,
  CheckResult,
  CheckState,
  NameAnswersRequest,
  NameDiagnosis,
  NameDiagnosisRequest,
  NameProof,
} from "../../ipc/generated";

export type FriendlyNameTab = "diagnose" | "answers" | "files" | "test" | "pull";

export interface FriendlyNameState {
  readonly tab: FriendlyNameTab;
  readonly name: string;
  readonly image: string;
  readonly withLogin: boolean;
  readonly withUpload: boolean;
  /** The registry, if no AWS profile is used. */
  readonly registry: string;
  readonly resolver: string;
  readonly hubPrefix: string;
  readonly diagnosis: NameDiagnosis | null;
  /** The repository that a test pushes to. */
  readonly repository: string;
  readonly proof: NameProof | null;
}

export const initialFriendlyName: FriendlyNameState = {
  tab: "diagnose",
  name: "",
  image: "",
  withLogin: false,
  withUpload: false,
  registry: "",
  resolver: "",
  hubPrefix: "",
  diagnosis: null,
  repository: "transload-name-test",
  proof: null,
};

function given(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === "" ? null : trimmed;
}

/** The request of a diagnosis. An upload requires the token and an image. */
export function diagnosisRequest(state: FriendlyNameState): NameDiagnosisRequest {
  const image = given(state.image);
  return {
    name: state.name.trim(),
    image,
    with_login: state.withLogin,
    with_upload: state.withUpload && state.withLogin && image !== null,
  };
}

/** The request of the answers and their files. */
export function answersRequest(state: FriendlyNameState): NameAnswersRequest {
  return {
    name: state.name.trim(),
    registry: given(state.registry),
    resolver: given(state.resolver),
    hub_prefix: given(state.hubPrefix),
  };
}

/** The parts of `team/app:1.0` or `team/app@sha256:…`, or `null` without a repository. */
export function splitImage(
  text: string,
): { repository: string; tag: string | null; digest: string | null } | null {
  const image = text.trim();
  if (image === "") {
    return null;
  }
  const at = image.indexOf("@");
  if (at >= 0) {
    return { repository: image.slice(0, at), tag: null, digest: image.slice(at + 1) };
  }
  const colon = image.lastIndexOf(":");
  return colon < 0
    ? { repository: image, tag: "latest", digest: null }
    : { repository: image.slice(0, colon), tag: image.slice(colon + 1), digest: null };
}

/** Whether the answers can be shown, or what is missing. */
export function missingForAnswers(
  state: FriendlyNameState,
  connection: AwsConnection | null,
): string | null {
  if (given(state.name) === null) {
    return "Enter the name, for example registry.example.com.";
  }
  if (connection === null && given(state.registry) === null) {
    return "Choose an ECR connection, or enter the registry.";
  }
  return null;
}

/** Titles of the checks, in order. */
export const checkTitles: Readonly<Record<CheckId, string>> = {
  own_name: "Kind of name",
  dns: "DNS",
  certificate: "Certificate",
  registry: "Registry API",
  authentication: "Authentication",
  login: "Login",
  manifest: "Image",
  layer: "Layers",
  upload: "Upload",
  upload_size: "Upload size",
  headers: "Caches and CDNs",
  clients: "Clients on this computer",
};

const checkIds = Object.keys(checkTitles) as CheckId[];

export const checkStates: Readonly<
  Record<CheckState, { type: "success" | "warning" | "error" | "stopped"; text: string }>
> = {
  passed: { type: "success", text: "Passed" },
  warning: { type: "warning", text: "Warning" },
  failed: { type: "error", text: "Failed" },
  not_checked: { type: "stopped", text: "Not checked" },
};

export const alertTypes: Readonly<Record<CheckState, "success" | "warning" | "error" | "info">> = {
  passed: "success",
  warning: "warning",
  failed: "error",
  not_checked: "info",
};

/** A row of the checks: the answer, or `null` while it is awaited. */
export interface CheckRow {
  readonly check: CheckId;
  readonly result: CheckResult | null;
}

/** All checks in order, so that rows keep their place while answers arrive. */
export function checkRows(results: readonly CheckResult[]): CheckRow[] {
  return checkIds.map((check) => ({
    check,
    result: results.find((result) => result.check === check) ?? null,
  }));
}
