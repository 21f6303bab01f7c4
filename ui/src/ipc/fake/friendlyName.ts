import type { Backend } from "../backend";
import type {
  AbilityVerdict,
  CheckId,
  CheckResult,
  ClientFile,
  ClientProof,
  NameDiagnosis,
  NameDiagnosisRequest,
} from "../generated";
import { fakeRegistry } from "./fixtures";
import { nameAnswers, pullGuides } from "./recorded/friendlyName";

const passed: readonly (readonly [CheckId, string])[] = [
  ["own_name", "This is a name of your own, not one of ECR."],
  ["dns", "The name resolves to 203.0.113.7."],
  ["certificate", "The certificate is trusted, contains the name, and is valid for 80 days."],
  ["registry", "The name answers like a registry and requires a login."],
  ["authentication", "Behind the name is ECR."],
  ["login", "The login with your ECR token works."],
  ["manifest", "The image has the same digest at the name and in ECR."],
  ["layer", "Layers come straight from Amazon S3, which this computer reaches."],
  ["upload", "Uploads stay at the name, so a push works."],
  ["upload_size", "An upload of 2 MiB was accepted and canceled."],
  ["headers", "No cache or CDN changes the requests."],
  ["clients", "No client on this computer has a setting for this name."],
];

const cname =
  "The name points straight at ECR. ECR shows a certificate for its own name only, so every client refuses the connection (x509). A DNS entry alone can't work.";

/** A name that contains `cname` points straight at ECR. Every other name works. */
function diagnosis(request: NameDiagnosisRequest): NameDiagnosis {
  const isCname = request.name.includes("cname");
  const checks = passed.map(([check, message], index): CheckResult => {
    const base = { check, details: [], next: null };
    if (isCname && check === "dns") {
      const next = "Put a reverse proxy with its own certificate behind the name (answer A).";
      return { ...base, state: "failed", finding: "cname_to_ecr", message: cname, next };
    }
    const withoutConsent = !request.with_login && index > 4 && index < 10;
    return (isCname && index > 1 && index < 11) || withoutConsent
      ? { ...base, state: "not_checked", finding: "not_checked", message: "Not checked." }
      : { ...base, state: "passed", finding: "passed", message };
  });
  const verdict: AbilityVerdict = isCname
    ? { ability: "fails", reason: "The name points straight at ECR." }
    : request.with_login
      ? { ability: "works", reason: null }
      : { ability: "not_checked", reason: "The token wasn't sent." };
  return {
    name: request.name,
    state: isCname ? "failed" : "passed",
    headline: isCname ? cname : `${request.name} works for login, pull and push.`,
    next: "Test the name with the clients on this computer.",
    behind: isCname ? null : fakeRegistry(false),
    token_sent: request.with_login && !isCname,
    checks,
    clients: (
      [
        ["docker_graph_driver", "Docker Engine (graph driver)"],
        ["docker_containerd", "Docker Engine (containerd image store)"],
        ["podman", "Podman, Buildah, skopeo, CRI-O"],
        ["containerd", "containerd, Kubernetes"],
      ] as const
    ).map(([client, title]) => ({ client, title, login: verdict, pull: verdict, push: verdict })),
  };
}

/** Fake calls of the Friendly name page. */
export function fakeFriendlyNameMethods() {
  const installed = new Set<string>();
  const clientFiles = (): ClientFile[] =>
    nameAnswers.answers
      .flatMap(({ files }) => files)
      .filter(({ id }) => id === "registries_conf" || id === "hosts_toml")
      .map(({ id, title, place, text }) => ({
        id,
        title,
        path: place,
        state: installed.has(id) ? "installed" : "not_installed",
        before: null,
        text,
        undoable: installed.has(id),
      }));
  return {
    nameDiagnoseCancel: async () => {},
    nameDiagnose: async (request, _connection, _attempt, onProgress) => {
      const answer = diagnosis(request);
      for (const check of answer.checks) {
        onProgress(check);
      }
      return answer;
    },
    nameAnswers: async ({ name }) => ({ ...nameAnswers, name }),
    nameFileExport: async () => {},
    nameClientFiles: async () => clientFiles(),
    nameClientFileApply: async (_request, _connection, file) => {
      installed.add(file);
      return clientFiles();
    },
    nameProve: async ({ name, repository }, _connection, onProgress) => {
      const digest = `sha256:${"c0ffee00".repeat(8)}`;
      const image = `${name}/${repository}:name-test-1-skopeo`;
      const client: ClientProof = {
        client: "skopeo",
        title: "skopeo",
        state: "passed",
        message: "Pushed and pulled with the same digest.",
        image,
        pushed_digest: digest,
        pulled_digest: digest,
        hosts: [`${name}:443`],
        steps: [
          {
            action: "Push",
            command: `skopeo copy --authfile $TMP/auth.json docker-archive:$TMP/image.tar docker://${image}`,
            state: "passed",
            output: null,
          },
        ],
      };
      onProgress(client);
      return {
        name,
        state: "passed",
        headline: `${name} works with skopeo.`,
        clients: [client],
        clean_up: [`${repository}:name-test-1-skopeo was deleted.`],
      };
    },
    pullGuides: async () => pullGuides,
    pullPrerequisites: async () => [
      {
        id: "identity",
        title: "AWS credentials",
        state: "passed",
        message: "AWS knows you as arn:aws:iam::111122223333:user/ada.",
        next: null,
      },
      {
        id: "permission",
        title: "Permission to pull",
        state: "passed",
        message: "The registry returned the manifest and a layer.",
        next: null,
      },
      {
        id: "client_login",
        title: "A client that is logged in",
        state: "failed",
        message: "Not logged in: docker.",
        next: "Log in as the guide of the client says.",
      },
      {
        id: "network",
        title: "Network access",
        state: "passed",
        message: "The registry and the host of the layers are reachable.",
        next: null,
      },
    ],
    nameClientFileUndo: async (_request, _connection, file) => {
      installed.delete(file);
      return clientFiles();
    },
  } satisfies Partial<Backend>;
}
