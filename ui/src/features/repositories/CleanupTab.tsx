import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type {
  AwsConnection,
  CleanupClass,
  CleanupProposal,
  CleanupRules,
  RepositoryDetails,
} from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { formatCount, formatCounted } from "../../shared/format";
import { StatusText } from "../../shared/StatusText";
import { useRequest } from "../../shared/useRequest";
import { DeletionModal } from "./DeletionModal";
import { sizeText } from "./LifecycleEffects";

interface CleanupTabProps {
  connection: AwsConnection;
  details: RepositoryDetails;
  errorActions: ErrorActions;
  /** Called when images were deleted. */
  onChanged: () => void;
}

/** Names of the classes, and what they contain. */
export const cleanupLabels: Record<CleanupClass, { name: string; description: string }> = {
  orphans: {
    name: "Orphaned referrers",
    description: "Signatures and attestations whose image is gone.",
  },
  superseded_indexes: {
    name: "Superseded indexes",
    description: "Untagged indexes with their platforms. They can still be pulled by digest.",
  },
  loose_images: {
    name: "Loose images",
    description: "Untagged images in no index. They can still be pulled by digest.",
  },
  build_caches: {
    name: "Old build caches",
    description: "The next build is slower without them.",
  },
  unused: {
    name: "Unused images",
    description: "Tagged images that nobody pulled for a long time.",
  },
};

const defaults: CleanupRules = {
  protected_tags: ["latest", "prod*", "release*", "v*"],
  min_age_days: 7,
  unused_days: 180,
  cache_days: 30,
};

/** What can be deleted from a repository, by class, with the bytes that it frees. */
export function CleanupTab({ connection, details, errorActions, onChanged }: CleanupTabProps) {
  const backend = useBackend();
  const { name } = details.repository;
  const [tags, setTags] = useState(defaults.protected_tags.join(" "));
  const [days, setDays] = useState(String(defaults.unused_days));
  const [chosen, setChosen] = useState<CleanupProposal | null>(null);
  const unusedDays = Number.parseInt(days, 10);
  const daysProblem = unusedDays >= 1 ? undefined : "Enter a number of days.";
  const rules: CleanupRules = {
    ...defaults,
    protected_tags: tags.split(/\s+/).filter((tag) => tag !== ""),
    unused_days: unusedDays >= 1 ? unusedDays : defaults.unused_days,
  };
  const request = useRequest(
    `${connectionKey(connection)} ${name} ${JSON.stringify(rules)} ${details.images.length}`,
    () => backend.repositoryCleanup(connection, name, rules),
  );

  return (
    <SpaceBetween size="m">
      <Container
        header={
          <Header
            variant="h2"
            description="Images that were pushed in the last 7 days, images with these tags, and images of indexes that stay are never offered."
          >
            Keep
          </Header>
        }
      >
        <SpaceBetween direction="horizontal" size="m">
          <FormField label="Protected tags" description="Patterns, separated by spaces.">
            <Input
              value={tags}
              onChange={({ detail }) => setTags(detail.value)}
              data-testid="cleanup-protected"
            />
          </FormField>
          <FormField
            label="Unused after days"
            description="Without a push or a pull."
            errorText={daysProblem}
          >
            <Input
              type="number"
              value={days}
              onChange={({ detail }) => setDays(detail.value)}
              data-testid="cleanup-days"
            />
          </FormField>
        </SpaceBetween>
      </Container>
      {request.error !== null && (
        <ErrorAlert error={request.error} actions={{ ...errorActions, retry: request.reload }} />
      )}
      <Table
        variant="container"
        items={request.answer ?? []}
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
              </>
            ),
          },
          {
            id: "images",
            header: "Images",
            cell: ({ images, unread_indexes }) =>
              unread_indexes > 0 ? (
                <StatusText type="pending">
                  {`Unknown: ${formatCounted(unread_indexes, "index wasn’t", "indexes weren’t")} read`}
                </StatusText>
              ) : (
                formatCount(images.length)
              ),
          },
          {
            id: "deleted",
            header: "With their parts",
            cell: ({ deleted }) => formatCount(deleted.length),
          },
          {
            id: "freed",
            header: "Frees",
            cell: ({ freed, images }) => (images.length === 0 ? "–" : sizeText(freed)),
          },
          {
            id: "action",
            header: "Action",
            cell: (proposal) => (
              <Button
                wrapText={false}
                disabled={proposal.images.length === 0}
                ariaLabel={`Review ${cleanupLabels[proposal.class].name.toLowerCase()}`}
                onClick={() => setChosen(proposal)}
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
      {chosen !== null && (
        <DeletionModal
          connection={connection}
          options={[
            {
              label: cleanupLabels[chosen.class].name,
              target: {
                kind: "images",
                repository: name,
                digests: chosen.images.map(({ digest }) => digest),
                class: chosen.class,
              },
            },
          ]}
          errorActions={errorActions}
          onDeleted={onChanged}
          onClose={() => setChosen(null)}
        />
      )}
    </SpaceBetween>
  );
}
