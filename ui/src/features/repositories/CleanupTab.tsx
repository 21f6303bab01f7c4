import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef, useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type {
  AwsConnection,
  CleanupImage,
  CleanupProposal,
  CleanupRules,
  RepositoryCleanup,
  RepositoryDetails,
} from "../../ipc/generated";
import { cleanupLabels } from "../../shared/cleanupTexts";
import { connectionKey } from "../../shared/connection";
import { formatCount, formatCounted } from "../../shared/format";
import { InfoLink } from "../../shared/help";
import { PagedTable } from "../../shared/PagedTable";
import { StatusText } from "../../shared/StatusText";
import { TextField } from "../../shared/TextField";
import { useRequest } from "../../shared/useRequest";
import { useSettled } from "../../shared/useSettled";
import { CleanupExclusions } from "./CleanupExclusions";
import { DeletionModal, type DeletionOption } from "./DeletionModal";
import { freedNote, freedText } from "./LifecycleEffects";
import { patterns } from "./registrySettings/registryWords";
import { SeveralTagsModal } from "./SeveralTagsModal";

interface CleanupTabProps {
  connection: AwsConnection;
  details: RepositoryDetails;
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
export function CleanupTab({ connection, details, onChanged }: CleanupTabProps) {
  const backend = useBackend();
  const { name } = details.repository;
  const [tags, setTags] = useState(defaults.protected_tags.join(" "));
  const [days, setDays] = useState(String(defaults.unused_days));
  const [includeCached, setIncludeCached] = useState(defaults.include_cached);
  const [chosen, setChosen] = useState<readonly DeletionOption[] | null>(null);
  const [severalTags, setSeveralTags] = useState<readonly CleanupImage[] | null>(null);
  const isDays = (text: string) => /^[1-9]\d{0,8}$/.test(text.trim());
  const daysProblem = isDays(days) ? undefined : "Enter a number of days.";
  const used = { tags: useSettled(tags), days: useSettled(days) };
  const isSettled = used.tags === tags && used.days === days;
  // Another list has other images, also as many: tags move, and images are archived.
  const lists = useRef({ of: details, count: 0 });
  if (lists.current.of !== details) {
    lists.current = { of: details, count: lists.current.count + 1 };
  }
  const rules: CleanupRules = {
    ...defaults,
    protected_tags: patterns(used.tags),
    unused_days: isDays(used.days) ? Number(used.days) : defaults.unused_days,
    include_cached: includeCached,
  };
  const request = useRequest(
    `${connectionKey(connection)} ${name} ${JSON.stringify(rules)} ${lists.current.count}`,
    () => backend.repositoryCleanup(connection, name, rules),
  );
  // The classes of earlier rules stay until the new ones are known, but none can be reviewed.
  const previous = useRef<RepositoryCleanup | null>(null);
  if (request.answer !== null || !request.loading) {
    previous.current = request.answer;
  }
  const shown = previous.current;
  const isCurrent = isSettled && request.answer !== null;
  const proposals = shown?.proposals ?? [];
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

  const note =
    proposals.map(({ freed }) => freedNote(freed)).find((one) => one !== null) ?? undefined;
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
            description="Patterns, separated by spaces or commas."
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
        <ErrorAlert error={request.error} actions={{ retry: request.reload }} />
      )}
      {shown?.unknown.map((error) => (
        <SpaceBetween size="xxs" key={error.code}>
          <Alert type="warning">
            Some images may have to be kept, but this couldn’t be checked.
          </Alert>
          <ErrorAlert error={error} actions={{ retry: request.reload }} />
        </SpaceBetween>
      ))}
      <PagedTable
        name="cleanup-classes"
        variant="container"
        items={proposals}
        trackBy="class"
        loading={request.loading && shown === null}
        loadingText="Computing"
        header={
          <Header
            variant="h2"
            info={<InfoLink topic="clean_up" />}
            description="Nothing is deleted before you review the images and confirm."
            actions={
              <Button
                iconName="refresh"
                ariaLabel="Refresh clean-up"
                loading={shown !== null && (!isSettled || request.loading)}
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
            width: 260,
            minWidth: 150,
            grow: 1,
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
            width: 115,
            cell: ({ images, unread_manifests }) =>
              unread_manifests > 0 ? "–" : formatCount(images.length),
          },
          {
            id: "deleted",
            header: "Including parts",
            width: 150,
            hideOrder: 1,
            cell: ({ deleted, unread_manifests }) =>
              unread_manifests > 0 ? "–" : formatCount(deleted.length),
          },
          {
            id: "freed",
            header: "Frees",
            width: 130,
            cell: ({ freed, images }) => (images.length === 0 ? "–" : freedText(freed)),
          },
          {
            id: "action",
            header: "Action",
            unsorted: true,
            width: 120,
            cell: (proposal) => (
              <Button
                wrapText={false}
                disabled={!isCurrent || proposal.images.length === 0}
                disabledReason={isCurrent ? "No images in this class." : "Computing."}
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
      {note !== undefined && (
        <Alert type="info" data-testid="cleanup-shared">
          {note}
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
          onDeleted={onChanged}
          onClose={() => setChosen(null)}
        />
      )}
    </SpaceBetween>
  );
}
