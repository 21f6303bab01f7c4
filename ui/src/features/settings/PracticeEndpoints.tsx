import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { PracticeStatus } from "../../ipc/generated";
import { CommandList } from "../../shared/CommandList";
import { CopyableText } from "../../shared/CopyableText";

/** Commands for the practice servers, in POSIX shell syntax. */
function practiceCommands(status: PracticeStatus): Record<"aws" | "docker" | "skopeo", string[]> {
  const { ecr_endpoint, region, registry, hub, hub_account } = status;
  const aws = `aws --endpoint-url ${ecr_endpoint} --region ${region} ecr`;
  const password = `${aws} get-login-password`;
  return {
    aws: [
      `export AWS_ACCESS_KEY_ID=${status.access_key_id} AWS_SECRET_ACCESS_KEY=${status.secret_access_key}`,
      `${aws} describe-repositories`,
      `${aws} create-repository --repository-name my-app`,
    ],
    docker: [
      `${password} | docker login --username AWS --password-stdin ${registry}`,
      `docker push ${registry}/my-app:latest`,
    ],
    skopeo: [
      `${password} | skopeo login --tls-verify=false --username AWS --password-stdin ${registry}`,
      `skopeo copy --all --preserve-digests --src-tls-verify=false --dest-tls-verify=false docker://${hub}/${hub_account}/pgcli:latest docker://${registry}/my-app:latest`,
    ],
  };
}

/** Addresses and credentials of the practice servers, or their places until they are known, with commands for other tools. */
export function PracticeEndpoints({ status }: { status: PracticeStatus | null }) {
  const copyable = (text: string | undefined, what: string) =>
    text === undefined ? "–" : <CopyableText text={text} what={what} />;
  return (
    <SpaceBetween size="l">
      <div data-testid={status === null ? undefined : "practice-endpoints"}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: "ECR endpoint", value: copyable(status?.ecr_endpoint, "ECR endpoint") },
            { label: "Registry", value: copyable(status?.registry, "registry") },
            { label: "Docker Hub", value: copyable(status?.hub, "Docker Hub address") },
            { label: "AWS account", value: copyable(status?.account_id, "AWS account") },
            { label: "Region", value: copyable(status?.region, "region") },
            {
              label: "Docker Hub account",
              value: copyable(status?.hub_account, "Docker Hub account"),
            },
            { label: "Access key", value: copyable(status?.access_key_id, "access key") },
            {
              label: "Secret access key",
              value: copyable(status?.secret_access_key, "secret access key"),
            },
            {
              label: "Docker Hub token",
              value: copyable(status?.hub_access_token, "Docker Hub token"),
            },
            {
              label: "Docker Hub organizations",
              value: status?.hub_organizations.join(", ") ?? "–",
            },
          ]}
        />
      </div>
      <ExpandableSection headerText="Commands for other tools" data-testid="practice-commands">
        {status !== null && <PracticeCommands status={status} />}
      </ExpandableSection>
    </SpaceBetween>
  );
}

function PracticeCommands({ status }: { status: PracticeStatus }) {
  const commands = practiceCommands(status);
  return (
    <SpaceBetween size="l">
      <Box color="text-body-secondary">
        Available on this computer while Transload is running. The keys are valid only in practice
        mode. Run the first command in a terminal, then run the others in the same terminal.
      </Box>
      <ToolCommands tool="AWS CLI" commands={commands.aws} />
      <ToolCommands tool="Docker" commands={commands.docker} />
      <ToolCommands tool="skopeo" commands={commands.skopeo} />
    </SpaceBetween>
  );
}

function ToolCommands({ tool, commands }: { tool: string; commands: readonly string[] }) {
  return (
    <SpaceBetween size="xs">
      <Box variant="h3">{tool}</Box>
      <CommandList commands={commands} />
    </SpaceBetween>
  );
}
