/** What the AWS configuration files have that Transload can’t use. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { AwsConfigFile, IgnoredSection } from "../ipc/generated";
import { formatCounted } from "./format";

/** Shows AWS configuration files that can't be read. */
export function AwsConfigProblems({ files }: { files: readonly AwsConfigFile[] }) {
  const broken = files.filter((file) => file.problem !== null);
  if (broken.length === 0) {
    return <RefusedByCli files={files} />;
  }
  return (
    <div role="alert" data-testid="aws-config-problems">
      <Alert type="error" header="Couldn’t read the AWS configuration">
        <SpaceBetween size="xs">
          {broken.map((file) => (
            <div key={file.path} style={{ overflowWrap: "anywhere" }}>
              <Box variant="code">{file.path}</Box>: {file.problem}
            </div>
          ))}
          <div>
            AWS profiles aren’t available until the file is corrected. Correct the file, then
            refresh. Practice mode doesn’t require an AWS configuration.
          </div>
        </SpaceBetween>
      </Alert>
    </div>
  );
}

/** Shows problems that affect only the AWS CLI. */
function RefusedByCli({ files }: { files: readonly AwsConfigFile[] }) {
  const refused = files.flatMap((file) => file.refused_by_cli ?? []);
  if (refused.length === 0) {
    return null;
  }
  return (
    <div role="status" data-testid="aws-config-refused-by-cli">
      <Alert type="warning" header="The AWS CLI can’t read the AWS configuration">
        <SpaceBetween size="xs">
          {refused.map((why) => (
            <div key={why} style={{ overflowWrap: "anywhere" }}>
              <Box variant="code">{why}</Box>
            </div>
          ))}
          <div>
            Transload uses the later section. Merge both sections in the file, so that{" "}
            <code>aws</code> and the commands shown here also work.
          </div>
        </SpaceBetween>
      </Alert>
    </div>
  );
}

/** Lists ignored sections of the AWS configuration. */
export function IgnoredSections({ ignored }: { ignored: readonly IgnoredSection[] }) {
  if (ignored.length === 0) {
    return null;
  }
  return (
    <ExpandableSection
      headerText={`${formatCounted(ignored.length, "section", "sections")} ignored in the AWS configuration`}
      data-testid="aws-config-ignored"
    >
      <SpaceBetween size="xs">
        {ignored.map((one) => (
          <div key={`${one.path}:${one.line}`} style={{ overflowWrap: "anywhere" }}>
            <Box variant="code">
              {one.path}:{one.line}
            </Box>{" "}
            [{one.section}]: {one.reason}
          </div>
        ))}
      </SpaceBetween>
    </ExpandableSection>
  );
}
