import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { AwsConfigFile, IgnoredSection } from "../ipc/generated";
import { formatCounted } from "./format";

/** Says which files of the AWS configuration cannot be read, by whom and why; nothing where all can. */
export function AwsConfigProblems({ files }: { files: readonly AwsConfigFile[] }) {
  const broken = files.filter((file) => file.problem !== null);
  if (broken.length === 0) {
    return <RefusedByCli files={files} />;
  }
  return (
    <div role="alert" data-testid="aws-config-problems">
      <Alert type="error" header="The AWS configuration cannot be read">
        <SpaceBetween size="xs">
          {broken.map((file) => (
            <div key={file.path} style={{ overflowWrap: "anywhere" }}>
              <Box variant="code">{file.path}</Box>: {file.problem}
            </div>
          ))}
          <div>
            No AWS profile can be used until that is put right. Correct the file, then read the
            configuration again. Practice needs no AWS configuration.
          </div>
        </SpaceBetween>
      </Alert>
    </div>
  );
}

/** Files that only the AWS command line refuses: the profiles work here, and not there. */
function RefusedByCli({ files }: { files: readonly AwsConfigFile[] }) {
  const refused = files.flatMap((file) => file.refused_by_cli ?? []);
  if (refused.length === 0) {
    return null;
  }
  return (
    <div role="status" data-testid="aws-config-refused-by-cli">
      <Alert type="warning" header="The AWS command line cannot read the AWS configuration">
        <SpaceBetween size="xs">
          {refused.map((why) => (
            <div key={why} style={{ overflowWrap: "anywhere" }}>
              <Box variant="code">{why}</Box>
            </div>
          ))}
          <div>
            Transload takes the later one. Put both together in the file, so that <code>aws</code>{" "}
            and the commands that are shown here work too.
          </div>
        </SpaceBetween>
      </Alert>
    </div>
  );
}

/** Sections of the AWS configuration that AWS tools ignore, behind a fold; nothing without any. */
export function IgnoredSections({ ignored }: { ignored: readonly IgnoredSection[] }) {
  if (ignored.length === 0) {
    return null;
  }
  return (
    <ExpandableSection
      headerText={`${formatCounted(ignored.length, "section is", "sections are")} ignored in the AWS configuration`}
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
