import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { Repository } from "../../ipc/generated";
import { CopyableText } from "../../shared/CopyableText";
import { RelativeTime } from "../../shared/RelativeTime";
import { encryptionLabel, mutabilityLabels } from "../../shared/repositorySettings";

/** How a repository is set up. */
export function RepositoryFacts({ repository }: { repository: Repository }) {
  const { settings } = repository;
  const { encryption } = settings;
  const key = encryption.kind === "aes256" ? null : encryption.key;
  const tags = Object.entries(settings.tags);

  return (
    <Container header={<Header variant="h2">Settings</Header>} data-testid="repository-settings">
      <KeyValuePairs
        columns={3}
        items={[
          { label: "URI", value: <CopyableText text={repository.uri} what="URI" /> },
          { label: "ARN", value: <CopyableText text={repository.arn} what="ARN" /> },
          { label: "Created", value: <RelativeTime timeMs={repository.created_at_ms} /> },
          { label: "Tag mutability", value: mutabilityLabels[settings.tag_mutability] },
          ...(settings.exclusion_filters.length > 0
            ? [{ label: "Exceptions", value: settings.exclusion_filters.join(", ") }]
            : []),
          { label: "Scan on push", value: settings.scan_on_push ? "On" : "Off" },
          { label: "Encryption", value: encryptionLabel(encryption) },
          ...(key === null
            ? []
            : [{ label: "KMS key", value: <CopyableText text={key} what="KMS key" /> }]),
          {
            label: "AWS tags",
            value:
              tags.length === 0
                ? "None"
                : tags.map(([name, value]) => <div key={name}>{`${name} = ${value}`}</div>),
          },
        ]}
      />
    </Container>
  );
}

/** Readable where it is JSON, as it is otherwise. */
function indented(policy: string): string {
  try {
    return JSON.stringify(JSON.parse(policy), null, 2);
  } catch {
    return policy;
  }
}

/** What ECR removes from a repository by itself. */
export function LifecyclePolicy({ policy }: { policy: string | null }) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="What ECR removes by itself."
          actions={
            policy !== null && (
              <CopyToClipboard
                copyButtonText="Copy"
                copyButtonAriaLabel="Copy the lifecycle policy"
                copySuccessText="Copied"
                copyErrorText="The system did not take the text"
                textToCopy={policy}
              />
            )
          }
        >
          Lifecycle policy
        </Header>
      }
      data-testid="repository-lifecycle"
    >
      {policy === null ? (
        <Box color="text-body-secondary">None: ECR keeps every image until someone removes it.</Box>
      ) : (
        <div style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          <Box variant="code">{indented(policy)}</Box>
        </div>
      )}
    </Container>
  );
}
