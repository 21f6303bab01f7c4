import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { MigrationReport } from "../../ipc/generated";
import { CommandList } from "../CommandList";
import { isVerified } from "./standings";

/** What usually comes after a migration. */
export function WhatNow({ report }: { report: MigrationReport }) {
  const arrived = report.images.find(isVerified);
  const { registry, identity } = report;
  return (
    <ExpandableSection variant="container" headerText="What now" data-testid="what-now">
      <SpaceBetween size="l">
        {arrived !== undefined && !identity.practice && (
          <div>
            <Box variant="h3">Pull from another host</Box>
            <CommandList
              commands={[
                `aws ecr get-login-password --region ${identity.region} | docker login --username AWS --password-stdin ${registry}`,
                `docker pull ${arrived.destination}`,
              ]}
            />
          </div>
        )}
        {arrived !== undefined && identity.practice && (
          <div>
            <Box variant="h3">Pull from practice</Box>
            <Box variant="p">
              The practice registry works on this computer while Transload runs, with docker and
              skopeo too.
            </Box>
            <CommandList commands={[`docker pull ${arrived.destination}`]} />
          </div>
        )}
        {arrived !== undefined && (
          <div>
            <Box variant="h3">Update references</Box>
            <Box variant="p">
              In Dockerfiles, Compose files and deployments, replace the source by the destination.
              A reference with a digest stays on this exact image:
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
            <Box variant="h3">Remove tags made on the way</Box>
            <CommandList
              commands={report.temporary_tags_left.map((tag) => `docker image rm ${tag}`)}
            />
          </div>
        )}
      </SpaceBetween>
    </ExpandableSection>
  );
}
