import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { PracticeStatus } from "../../ipc/generated";
import { CommandList } from "../../shared/CommandList";
import { CopyableText } from "../../shared/CopyableText";

/** Commands of the usual tools for the practice servers, as a POSIX shell takes them. */
export function practiceCommands(
  status: PracticeStatus,
): Record<"aws" | "docker" | "skopeo", string[]> {
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

/** Where the practice servers are, and how other tools speak to them. */
export function PracticeEndpoints({ status }: { status: PracticeStatus }) {
  const commands = practiceCommands(status);
  const copyable = (text: string, what: string) => <CopyableText text={text} what={what} />;
  return (
    <SpaceBetween size="l">
      <div data-testid="practice-endpoints">
        <KeyValuePairs
          columns={3}
          items={[
            { label: "ECR endpoint", value: copyable(status.ecr_endpoint, "ECR endpoint") },
            { label: "Registry", value: copyable(status.registry, "registry") },
            { label: "Docker Hub", value: copyable(status.hub, "Docker Hub address") },
            { label: "AWS account", value: copyable(status.account_id, "AWS account") },
            { label: "Region", value: copyable(status.region, "region") },
            {
              label: "Docker Hub account",
              value: copyable(status.hub_account, "Docker Hub account"),
            },
            { label: "Access key", value: copyable(status.access_key_id, "access key") },
            {
              label: "Secret access key",
              value: copyable(status.secret_access_key, "secret access key"),
            },
            {
              label: "Docker Hub token",
              value: copyable(status.hub_access_token, "Docker Hub token"),
            },
            { label: "Docker Hub organisations", value: status.hub_organizations.join(", ") },
          ]}
        />
      </div>
      <ExpandableSection headerText="Commands for other tools" data-testid="practice-commands">
        <SpaceBetween size="l">
          <Box color="text-body-secondary">
            They work while Transload runs, on this computer only. The keys are those of practice
            and open nothing else. Run the first line in a terminal, then the others there.
          </Box>
          <ToolCommands tool="AWS CLI" commands={commands.aws} />
          <ToolCommands tool="Docker" commands={commands.docker} />
          <ToolCommands tool="skopeo" commands={commands.skopeo} />
        </SpaceBetween>
      </ExpandableSection>
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
