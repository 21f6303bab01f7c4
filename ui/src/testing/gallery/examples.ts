/** One error of every code, with messages as the program writes them. */
import type { ApiError, ErrorCode } from "../../ipc/generated";
import { errorWords } from "../../ipc/generated/errorWords";

const ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

/** Realistic messages, hints, and subjects. Other codes get a generic message. */
const details: Partial<Record<ErrorCode, Partial<ApiError>>> = {
  tls_untrusted: {
    message:
      "The certificate of registry-1.docker.io was issued by “Example Corp Proxy CA (Example Corp)”, which this computer doesn't trust.",
    hints: [
      "Get the certificate of “Example Corp Proxy CA (Example Corp)” from the administrator of your network or of the server. Then choose it as the CA file in Settings, under Network, or with --ca-file on the command line.",
    ],
    subject: "registry-1.docker.io",
  },
  proxy_unreachable: {
    message: "The proxy http://proxy.corp:3128 didn't respond.",
    subject: "http://proxy.corp:3128",
  },
  client_login_failed: {
    message: "The credential helper docker-credential-pass failed: no secret key.",
    subject: "docker-credential-pass",
  },
  engine_not_running: {
    message: "No Docker Engine responded at unix:///var/run/docker.sock.",
    hints: [
      "Start Docker Desktop. On a server, run: sudo systemctl start docker (or podman.socket)",
    ],
  },
  disk_full: {
    message: "The disk is full. Couldn't write /home/me/.local/share/transload/journal.sqlite.",
    subject: "/home/me/.local/share/transload/journal.sqlite",
  },
  access_denied: {
    message:
      "The identity isn't allowed to perform ecr:CreateRepository: User arn:aws:iam::123456789012:user/me is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:eu-west-1:123456789012:repository/team/app.",
    hints: ["Ask the administrator of the account to allow ecr:CreateRepository."],
    subject: "ecr:CreateRepository",
  },
  repository_name_invalid: {
    message: "“Backup_Tool” isn't a valid ECR repository name: 'B' is not allowed.",
    hints: ["For example, use “backup_tool”."],
    subject: "backup_tool",
  },
  tag_immutable: {
    message: `${ecr} doesn't allow the tag of team/app:latest to point to another image.`,
    subject: "team/app:latest",
  },
};

export const examples: readonly ApiError[] = (Object.keys(errorWords) as ErrorCode[]).map(
  (code) => ({
    code,
    message: `Example message of ${code}.`,
    hints: [],
    causes: [`Cause of ${code}`],
    retryable: true,
    subject: null,
    ...details[code],
  }),
);
