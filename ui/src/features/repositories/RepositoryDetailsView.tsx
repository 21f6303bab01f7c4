import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useMemo, useState } from "react";
import { asApiError, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, RepositoryDetails } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { FollowingTabs } from "../../shared/FollowingTabs";
import { formatAtMost } from "../../shared/format";
import { InfoLink } from "../../shared/help";
import type { OpenedImage, ShowImage } from "../../shared/openedImage";
import { paddedTab } from "../../shared/paddedTab";
import { useRequest } from "../../shared/useRequest";
import { AccessTab } from "./access/AccessTab";
import { CleanupTab } from "./CleanupTab";
import { CommandsModal } from "./CommandsModal";
import { DeletionModal } from "./DeletionModal";
import { LifecycleTab } from "./LifecycleTab";
import { withTagsOf } from "./LooseImage";
import { ManifestReads } from "./ManifestReads";
import { OtherRegions } from "./OtherRegions";
import { RepositoryFacts, RepositoryLine } from "./RepositoryFacts";
import { RepositoryImagesTable } from "./RepositoryImagesTable";
import { RepositoryStorageView } from "./storage/RepositoryStorage";
import { useImageRows } from "./useImageRows";

interface RepositoryDetailsViewProps {
  connection: AwsConnection;
  name: string;
  onClose: () => void;
  /** Called when the repository was deleted. */
  onDeleted: () => void;
  onRegion: (region: string) => void;
  /** Shows the page of an image. */
  showImage: ShowImage;
}

/** The details of a repository: its images, policies, and settings, each in a tab. */
export function RepositoryDetailsView({
  connection,
  name,
  onClose,
  onDeleted,
  onRegion,
  showImage,
}: RepositoryDetailsViewProps) {
  const backend = useBackend();
  const [deleting, setDeleting] = useState(false);
  const [pushCommandsShown, setPushCommandsShown] = useState(false);
  const [image, setImage] = useState<OpenedImage | null>(null);
  const request = useRequest(`${connectionKey(connection)} ${name}`, () =>
    backend.repositoryDetails(connection, name),
  );
  const details = request.answer;

  return (
    <>
      {/* The details stay mounted, so that their tab, page, and selection are kept. */}
      <div hidden={image !== null}>
        <SpaceBetween size="xs">
          <Header
            variant="h1"
            info={<InfoLink topic="repository" />}
            description={details !== null && <RepositoryLine repository={details.repository} />}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button onClick={onClose} data-testid="repository-close">
                  Back to repositories
                </Button>
                <Button
                  iconName="refresh"
                  ariaLabel={`Refresh ${name}`}
                  loading={request.loading && details !== null}
                  onClick={request.reload}
                  data-testid="repository-refresh"
                />
                <Button
                  disabled={details === null}
                  disabledReason={
                    request.loading
                      ? "Loading the repository."
                      : "The repository couldn’t be loaded."
                  }
                  onClick={() => setDeleting(true)}
                  data-testid="repository-delete"
                >
                  Delete repository
                </Button>
                <Button
                  disabled={details === null}
                  onClick={() => setPushCommandsShown(true)}
                  data-testid="repository-push-commands"
                >
                  View push commands
                </Button>
              </SpaceBetween>
            }
          >
            {name}
          </Header>
          {request.error !== null && (
            <ErrorAlert error={request.error} actions={{ retry: request.reload }} />
          )}
          {request.error !== null && asApiError(request.error).code === "repository_missing" && (
            <OtherRegions
              connection={connection}
              name={name}
              onRegion={onRegion}
              onCreated={request.reload}
            />
          )}
          {details === null && request.loading && (
            <Box>
              <Spinner /> Loading {name}
            </Box>
          )}
          {details !== null && (
            <DetailsTabs
              connection={connection}
              details={details}
              onChanged={request.reload}
              onOpen={setImage}
            />
          )}
          {deleting && (
            <DeletionModal
              connection={connection}
              options={[{ label: name, target: { kind: "repositories", names: [name] } }]}
              onDeleted={({ deleted }) => {
                if (deleted.repositories > 0) {
                  onDeleted();
                } else {
                  request.reload();
                }
              }}
              onClose={() => setDeleting(false)}
            />
          )}
          {pushCommandsShown && details !== null && (
            <CommandsModal
              title={`Push commands for ${name}`}
              description="These commands log in to the registry and push a local image to this repository. Replace TAG. They require the AWS CLI and Docker."
              commands={details.push_commands}
              connection={connection}
              onClose={() => setPushCommandsShown(false)}
            />
          )}
        </SpaceBetween>
      </div>
      {image !== null && showImage(withTagsOf(image, details), () => setImage(null))}
    </>
  );
}

interface DetailsTabsProps {
  connection: AwsConnection;
  details: RepositoryDetails;
  onChanged: () => void;
  onOpen: (image: OpenedImage) => void;
}

/** The tabs of a repository. One with entries of the user stays as it is while another one is shown. */
function DetailsTabs({ connection, details, onChanged, onOpen }: DetailsTabsProps) {
  const images = useImageRows(connection, details);
  const { count, is_exact } = images.grouped.images;
  const { repository } = details;
  /** With what was read since the repository was opened. */
  const current = useMemo(() => ({ ...details, rows: images.grouped }), [details, images.grouped]);
  return (
    // The tabs know by themselves which one is shown: a click renders none of them again.
    <FollowingTabs
      ariaLabel={`Details of ${repository.name}`}
      disableContentPaddings
      tabs={[
        {
          id: "images",
          label: `Images (${formatAtMost(count, is_exact)})`,
          contentRenderStrategy: "lazy",
          content: (
            <RepositoryImagesTable
              connection={connection}
              details={details}
              images={images}
              onChanged={onChanged}
              onOpen={onOpen}
            />
          ),
        },
        paddedTab(
          "storage",
          "Storage",
          <RepositoryStorageView connection={connection} details={current} onOpen={onOpen} />,
        ),
        paddedTab(
          "cleanup",
          "Clean-up",
          <>
            {/* Without the indexes, some classes are unknown. */}
            <ManifestReads images={images} lifecycle={details.lifecycle} />
            <CleanupTab connection={connection} details={current} onChanged={onChanged} />
          </>,
        ),
        paddedTab(
          "lifecycle",
          "Lifecycle",
          <LifecycleTab connection={connection} details={current} onChanged={onChanged} />,
        ),
        paddedTab(
          "access",
          "Access",
          <AccessTab connection={connection} repository={repository} />,
        ),
        {
          ...paddedTab(
            "settings",
            "Settings",
            <RepositoryFacts
              connection={connection}
              repository={repository}
              onChanged={onChanged}
            />,
          ),
          contentRenderStrategy: "active",
        },
      ]}
      data-testid="repository-tabs"
    />
  );
}
