import { errorTable } from "../../errors";
import type { ApiError, ErrorCode } from "../../ipc/generated";

const ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

/** What the program says of some failures; of the others the table's own words are shown. */
const said: Partial<Record<ErrorCode, Partial<ApiError>>> = {
  tls_untrusted: {
    message:
      "The certificate of registry-1.docker.io was issued by “Example Corp Proxy CA (Example Corp)”, which this computer does not trust.",
    hints: [
      "Get the certificate of “Example Corp Proxy CA (Example Corp)” as a file, from whoever manages your network or the server, and choose it in Settings, under Network, as the CA file.",
      "If you do not know this issuer, somebody may read along: do not go on.",
    ],
    subject: "registry-1.docker.io",
  },
  proxy_unreachable: {
    message: "The proxy http://proxy.corp:3128 cannot be reached.",
    subject: "http://proxy.corp:3128",
  },
  proxy_refused: {
    message: "The proxy http://proxy.corp:3128 wants a login (407).",
    subject: "http://proxy.corp:3128",
  },
  clock_wrong: { message: "The clock of this computer is 14 minutes behind by what AWS says." },
  ca_file_unusable: {
    message: "/home/me/corp.pem holds no certificate; it must hold them in PEM, or one in DER.",
    subject: "/home/me/corp.pem",
  },
  client_login_failed: {
    message: "The credential helper docker-credential-pass failed: no secret key.",
    subject: "docker-credential-pass",
  },
  client_login_too_long: {
    message: "The credential helper docker-credential-wincred cannot keep a login of 2,732 bytes.",
    subject: "docker-credential-wincred",
  },
  engine_tls_failed: {
    message:
      "The TLS connection to tcp://docker.example:2376 failed: the engine's certificate is for another name.",
    subject: "tcp://docker.example:2376",
  },
  stored_login_unreadable: {
    message:
      "A stored login could not be read: docker-credential-desktop: the credential helper is not installed, or not in a folder that is searched.",
    subject: "registry.example",
  },
  login_untested: {
    message:
      "registry.example lets anyone in, so it could not be tested whether the user name and password are right.",
    subject: "registry.example",
  },
  disk_full: {
    message:
      "The disk is full: /home/me/.local/share/transload/journal.sqlite could not be written.",
    subject: "/home/me/.local/share/transload/journal.sqlite",
  },
  access_denied: {
    message: `You may not do ecr:CreateRepository: User arn:aws:iam::123456789012:user/me is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:eu-west-1:123456789012:repository/team/app.`,
    subject: "ecr:CreateRepository",
  },
  repository_missing: {
    message: "ECR has no repository team/app in this account and region.",
    subject: "team/app",
  },
  repository_name_invalid: {
    message:
      "ECR does not take “Backup_Tool” as the name of a repository: 'B' is not allowed; use lower-case letters.",
    subject: "backup_tool",
  },
  pull_quota_used_up: { message: "The pull quota of docker.io is used up.", subject: "docker.io" },
  tag_immutable: {
    message: `${ecr} does not let the tag of team/app:latest move to another image.`,
    subject: "team/app:latest",
  },
  quota_exceeded: {
    message: "A limit of your AWS account is reached: the repository holds 100,000 images.",
  },
};

/** One failure of every code, as it may be met. */
export const examples: readonly ApiError[] = (Object.keys(errorTable) as ErrorCode[]).map(
  (code) => ({
    code,
    message: "",
    hints: [],
    causes: [`What a library or server said of ${code}`],
    retryable: true,
    subject: null,
    ...said[code],
  }),
);
