/** What one repository stores: its treemap, and what other repositories share with it. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc";
import type { AwsConnection, RepositoryDetails } from "../../../ipc/generated";
import { connectionKey } from "../../../shared/connection";
import { formatBytes } from "../../../shared/format";
import type { OpenedImage } from "../../../shared/openedImage";
import { useRequest } from "../../../shared/useRequest";
import { CostSection } from "./CostSection";
import { SizeOverTime } from "./SizeOverTime";
import { nodeSize, repositoryNodes } from "./storageNodes";
import { Treemap } from "./Treemap";

interface RepositoryStorageProps {
  connection: AwsConnection;
  details: RepositoryDetails;
  onOpen: (image: OpenedImage) => void;
  /** Leaves the picture upward, if there is one above. */
  onUp?: () => void;
}

/** The range of the size where blob mounting can store layers once for several repositories. */
export function mountedText(bytes: number, shared: number): string {
  const least = Math.max(0, bytes - shared);
  return `Layers with ${formatBytes(shared)} are in other repositories too, of those whose manifests were read. With blob mounting, ECR can store them once for all: this repository adds ${formatBytes(least)} to ${formatBytes(bytes)}.`;
}

/** The storage of one repository: its images, its size over time, and what it costs. */
export function RepositoryStorageView(props: RepositoryStorageProps) {
  const { connection, details, onOpen, onUp } = props;
  const backend = useBackend();
  const { name, uri } = details.repository;
  const { size } = details.rows;
  const request = useRequest(
    `${connectionKey(connection)} ${name} ${size.bytes} ${size.is_exact}`,
    () => backend.repositoryStorage(connection, name),
  );
  const storage = request.answer;
  const tags = details.images.flatMap((image) => image.tags);
  return (
    <SpaceBetween size="m">
      <Container
        header={
          <Header
            variant="h2"
            counter={`(${nodeSize({ bytes: size.bytes, isExact: size.is_exact })})`}
            description={
              size.is_exact
                ? "Each image with the bytes that only it uses. Shared layers are one part."
                : undefined
            }
          >
            Storage by image
          </Header>
        }
      >
        <SpaceBetween size="s">
          {!size.is_exact && (
            <Alert type="info">
              Sizes are upper bounds, because images can share layers. For exact sizes, choose
              Compute sizes in the Images tab.
            </Alert>
          )}
          <Treemap
            label="Storage by image"
            rootName={name}
            partHeader="Image"
            nodes={repositoryNodes(details)}
            onUp={onUp}
            onOpen={({ id }) => {
              const image = details.images.find(({ digest }) => digest === id);
              if (image !== undefined) {
                onOpen({
                  repository: name,
                  uri,
                  digest: id,
                  tags: image.tags,
                  otherTags: tags.filter((tag) => !image.tags.includes(tag)),
                  pushedAtMs: image.pushed_at_ms,
                  pulledAtMs: image.pulled_at_ms,
                  ownReadAtMs: image.own_read_at_ms,
                  referencedBy: null,
                });
              }
            }}
          />
        </SpaceBetween>
      </Container>
      {request.error !== null && (
        <ErrorAlert error={request.error} actions={{ retry: request.reload }} />
      )}
      {storage === null && request.loading && (
        <Box>
          <Spinner /> Computing
        </Box>
      )}
      {storage !== null && (
        <>
          <SizeOverTime months={storage.months} isExact={size.is_exact} />
          <CostSection sizes={[{ name, ...storage }]} />
          {(storage.shared_with_others_bytes ?? 0) > 0 && (
            <Box color="text-body-secondary" data-testid="storage-shared-elsewhere">
              {mountedText(size.bytes, storage.shared_with_others_bytes ?? 0)}
            </Box>
          )}
          <Box color="text-body-secondary">
            {`The sum of the sizes that ECR reports is ${formatBytes(storage.reported_bytes)}. It counts shared layers once for each image.`}
          </Box>
        </>
      )}
    </SpaceBetween>
  );
}
