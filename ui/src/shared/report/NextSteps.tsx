import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { MigrationReport } from "../../ipc/generated";
import { CommandList } from "../CommandList";
import { registryLogin } from "./registryLogin";
import { isVerified } from "./standings";

/** The usual next steps after a migration. */
export function NextSteps({ report }: { report: MigrationReport }) {
  const arrived = report.images.find(isVerified);
  const { registry, identity } = report;
  return (
    <Container data-testid="what-now">
      <SpaceBetween size="l">
        {arrived !== undefined && identity?.practice === false && (
          <div>
            <Box variant="h3">Pull from another host</Box>
            <CommandList
              commands={[registryLogin(identity, registry), `docker pull ${arrived.destination}`]}
            />
          </div>
        )}
        {arrived !== undefined && identity?.practice && (
          <div>
            <Box variant="h3">Pull from the practice registry</Box>
            <Box variant="p">
              The practice registry is available on this computer while Transload is running. You
              can use it with docker and skopeo. Settings has the commands to log in.
            </Box>
            <CommandList commands={[`docker pull ${arrived.destination}`]} />
          </div>
        )}
        {arrived !== undefined && (
          <div>
            <Box variant="h3">Update references</Box>
            <Box variant="p">
              In Dockerfiles, Compose files, and deployments, replace the source with the
              destination. A reference with a digest always refers to this exact image:
            </Box>
            <CommandList
              commands={[
                arrived.ecr_digest === null
                  ? arrived.destination
                  : `${arrived.destination}@${arrived.ecr_digest}`,
              ]}
            />
          </div>
        )}
        {report.temporary_tags_left.length > 0 && (
          <div>
            <Box variant="h3">Remove temporary tags</Box>
            <CommandList
              commands={report.temporary_tags_left.map((tag) => `docker image rm ${tag}`)}
            />
          </div>
        )}
      </SpaceBetween>
    </Container>
  );
}
