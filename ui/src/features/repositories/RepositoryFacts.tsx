import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { Repository } from "../../ipc/generated";
import { CopyableText } from "../../shared/CopyableText";
import { RelativeTime } from "../../shared/RelativeTime";
import { isKnown } from "../../shared/reported";
import { encryptionLabel, mutabilityLabel } from "../../shared/repositorySettings";
import { MutabilityButton, type MutabilityButtonProps } from "./MutabilityModal";

/** The URI and the main settings, in one line. */
export function RepositoryLine({ repository }: { repository: Repository }) {
  const { settings, uri } = repository;
  return (
    <span className="repository-line" data-testid="repository-line">
      <CopyableText text={uri} what="URI" />
      <span>{` · ${mutabilityLabel(settings.tag_mutability)} · ${encryptionLabel(settings.encryption)} · Scan on push ${settings.scan_on_push ? "on" : "off"}`}</span>
    </span>
  );
}

/** The settings of a repository. */
export function RepositoryFacts(props: MutabilityButtonProps) {
  const { repository } = props;
  const { settings } = repository;
  const { encryption } = settings;
  const key = isKnown(encryption) && encryption.kind !== "aes256" ? encryption.key : null;
  const tags = Object.entries(settings.tags);

  return (
    <Container
      header={
        <Header variant="h2" actions={<MutabilityButton {...props} />}>
          Settings
        </Header>
      }
      data-testid="repository-settings"
    >
      <KeyValuePairs
        columns={3}
        items={[
          { label: "URI", value: <CopyableText text={repository.uri} what="URI" /> },
          { label: "ARN", value: <CopyableText text={repository.arn} what="ARN" /> },
          { label: "Created", value: <RelativeTime timeMs={repository.created_at_ms} /> },
          { label: "Tag mutability", value: mutabilityLabel(settings.tag_mutability) },
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
