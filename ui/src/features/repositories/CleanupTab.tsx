import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type {
  AwsConnection,
  CleanupImage,
  CleanupProposal,
  CleanupRules,
  RepositoryDetails,
} from "../../ipc/generated";
import { cleanupLabels } from "../../shared/cleanupTexts";
import { connectionKey } from "../../shared/connection";
import { formatCount, formatCounted } from "../../shared/format";
import { StatusText } from "../../shared/StatusText";
import { TextField } from "../../shared/TextField";
import { useRequest } from "../../shared/useRequest";
import { CleanupExclusions } from "./CleanupExclusions";
import { DeletionModal, type DeletionOption } from "./DeletionModal";
import { freedText } from "./LifecycleEffects";
import { SeveralTagsModal } from "./SeveralTagsModal";

interface CleanupTabProps {
  connection: AwsConnection;
  details: RepositoryDetails;
  errorActions: ErrorActions;
  /** Called when images were deleted. */
  onChanged: () => void;
}

const defaults: CleanupRules = {
  protected_tags: ["latest", "prod*", "release*", "v*"],
  min_age_days: 7,
  pulled_days: 30,
  unused_days: 180,
  cache_days: 30,
  include_cached: false,
};

/** What can be deleted from a repository, by class, with the bytes that it frees. */
export function CleanupTab({ connection, details, errorActions, onChanged }: CleanupTabProps) {
  const backend = useBackend();
  const { name } = details.repository;
  const [tags, setTags] = useState(defaults.protected_tags.join(" "));
  const [days, setDays] = useState(String(defaults.unused_days));
  const [includeCached, setIncludeCached] = useState(defaults.include_cached);
  const [chosen, setChosen] = useState<readonly DeletionOption[] | null>(null);
  const [severalTags, setSeveralTags] = useState<readonly CleanupImage[] | null>(null);
  const unusedDays = Number.parseInt(days, 10);
  const daysProblem = unusedDays >= 1 ? undefined : "Enter a number of days.";
  const rules: CleanupRules = {
    ...defaults,
    protected_tags: tags.split(/\s+/).filter((tag) => tag !== ""),
    unused_days: unusedDays >= 1 ? unusedDays : defaults.unused_days,
    include_cached: includeCached,
  };
  const request = useRequest(
    `${connectionKey(connection)} ${name} ${JSON.stringify(rules)} ${details.images.length} ${details.rows.unread_manifests.length}`,
    () => backend.repositoryCleanup(connection, name, rules),
  );
  const proposals = request.answer?.proposals ?? [];
  const review = ({ class: of, images }: CleanupProposal) => {
    if (of === "many_tags") {
      setSeveralTags(images);
      return;
    }
    const digests = images.map(({ digest }) => digest);
    const target = { kind: "images", repository: name, digests, class: of } as const;
    setChosen([{ label: cleanupLabels[of].name, target }]);
  };
  const chooseTag = ({ digest, tags: of }: CleanupImage) => {
    setSeveralTags(null);
    setChosen(
      of.map((tag) => ({
        label: `Tag ${tag}`,
        target: { kind: "tag", repository: name, tag, digest },
      })),
    );
  };

  return (
    <SpaceBetween size="m">
      <Container
        header={
          <Header
            variant="h2"
            description="Never offered: images that run, that others pulled or Transload migrated in the last 30 days, that were pushed or signed in the last 7 days, that have these tags, or that an index lists."
          >
            Keep
          </Header>
        }
      >
        <SpaceBetween direction="horizontal" size="m">
          <TextField
            label="Protected tags"
            description="Patterns, separated by spaces."
            value={tags}
            onChange={setTags}
            testId="cleanup-protected"
          />
          <TextField
            label="Unused after days"
            description="Without a push or a pull."
            errorText={daysProblem}
            type="number"
            value={days}
            onChange={setDays}
            testId="cleanup-days"
          />
          <FormField label="Pull-through cache">
            <Checkbox
              checked={includeCached}
              onChange={({ detail }) => setIncludeCached(detail.checked)}
              data-testid="cleanup-cached"
            >
              Offer cached images
            </Checkbox>
          </FormField>
        </SpaceBetween>
      </Container>
      {request.error !== null && (
        <ErrorAlert error={request.error} actions={{ ...errorActions, retry: request.reload }} />
      )}
      {request.answer?.unknown.map((error) => (
        <SpaceBetween size="xxs" key={error.code}>
          <Alert type="warning">
            Some images may have to be kept, but this couldn’t be checked.
          </Alert>
          <ErrorAlert error={error} actions={{ ...errorActions, retry: request.reload }} />
        </SpaceBetween>
      ))}
      <Table
        variant="container"
        items={proposals}
        trackBy="class"
        loading={request.loading && request.answer === null}
        loadingText="Computing"
        header={
          <Header
            variant="h2"
            description="Nothing is deleted before you review the images and confirm."
            actions={
              <Button
                iconName="refresh"
                ariaLabel="Refresh clean-up"
                onClick={request.reload}
                data-testid="cleanup-refresh"
              />
            }
          >
            Clean-up
          </Header>
        }
        // The buttons at the end stay in view.
        wrapLines
        ariaLabels={{ tableLabel: "Classes of images to clean up" }}
        columnDefinitions={[
          {
            id: "class",
            header: "Class",
            isRowHeader: true,
            cell: (proposal) => (
              <>
                <div>{cleanupLabels[proposal.class].name}</div>
                <Box variant="small" color="text-body-secondary">
                  {cleanupLabels[proposal.class].description}
                </Box>
                {proposal.unread_manifests > 0 && (
                  <StatusText type="pending">
                    {`Unknown: ${formatCounted(proposal.unread_manifests, "manifest wasn’t", "manifests weren’t")} read`}
                  </StatusText>
                )}
              </>
            ),
          },
          {
            id: "images",
            header: "Images",
            width: 100,
            cell: ({ images, unread_manifests }) =>
              unread_manifests > 0 ? "–" : formatCount(images.length),
          },
          {
            id: "deleted",
            header: "Including parts",
            width: 150,
            cell: ({ deleted, unread_manifests }) =>
              unread_manifests > 0 ? "–" : formatCount(deleted.length),
          },
          {
            id: "freed",
            header: "Frees",
            width: 150,
            cell: ({ freed, images }) => (images.length === 0 ? "–" : freedText(freed)),
          },
          {
            id: "action",
            header: "Action",
            width: 120,
            cell: (proposal) => (
              <Button
                wrapText={false}
                disabled={proposal.images.length === 0}
                ariaLabel={`Review ${cleanupLabels[proposal.class].name.toLowerCase()}`}
                onClick={() => review(proposal)}
                data-testid={`cleanup-review-${proposal.class}`}
              >
                Review
              </Button>
            ),
          },
        ]}
        data-testid="cleanup-table"
      />
      {details.rows.unread_manifests.length > 0 && (
        <Alert type="info">
          Sizes are upper bounds until every manifest was read. Choose Compute sizes in the Images
          tab.
        </Alert>
      )}
      <CleanupExclusions proposals={proposals} />
      {severalTags !== null && (
        <SeveralTagsModal
          images={severalTags}
          onChoose={chooseTag}
          onClose={() => setSeveralTags(null)}
        />
      )}
      {chosen !== null && (
        <DeletionModal
          connection={connection}
          options={chosen}
          errorActions={errorActions}
          onDeleted={onChanged}
          onClose={() => setChosen(null)}
        />
      )}
    </SpaceBetween>
  );
}
