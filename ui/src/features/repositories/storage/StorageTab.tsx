import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc";
import type { AwsConnection } from "../../../ipc/generated";
import { connectionKey } from "../../../shared/connection";
import { formatBytes } from "../../../shared/format";
import { InfoLink } from "../../../shared/help";
import type { OpenedImage } from "../../../shared/openedImage";
import { useRequest } from "../../../shared/useRequest";
import { ContentsStatus } from "../registry/ContentsStatus";
import type { RegistryContentsState } from "../registry/useRegistryContents";
import { CostSection } from "./CostSection";
import { addMonths } from "./months";
import { RepositoryStorageView } from "./RepositoryStorage";
import { SizeOverTime } from "./SizeOverTime";
import { nodeSize, registryNodes } from "./storageNodes";
import { Treemap } from "./Treemap";

interface StorageTabProps {
  connection: AwsConnection;
  contents: RegistryContentsState;
  onOpenImage: (image: OpenedImage) => void;
}

/** The storage of the registry, or of the repository that was opened in the picture. */
export function StorageTab({ connection, contents, onOpenImage }: StorageTabProps) {
  const backend = useBackend();
  const [opened, setOpened] = useState<string | null>(null);
  const request = useRequest(
    opened === null ? null : `${connectionKey(connection)} ${opened}`,
    () => backend.repositoryDetails(connection, opened ?? ""),
  );
  const repositories = contents.contents?.repositories ?? [];
  const stored = repositories.flatMap(({ name, storage }) =>
    storage === null ? [] : { name, ...storage },
  );
  const nodes = registryNodes(repositories);
  const total = nodes.reduce((sum, { bytes }) => sum + bytes, 0);
  const isExact = nodes.every((node) => node.isExact);
  const reported = stored.reduce((sum, { reported_bytes }) => sum + reported_bytes, 0);
  if (opened !== null) {
    const close = () => setOpened(null);
    return (
      <SpaceBetween size="s">
        <Header variant="h1">{`Storage of ${opened}`}</Header>
        {request.error !== null && (
          <ErrorAlert error={request.error} actions={{ retry: request.reload }} onDismiss={close} />
        )}
        {request.answer === null && request.loading && (
          <Box>
            <Spinner /> Loading {opened}
          </Box>
        )}
        {request.answer !== null && (
          <RepositoryStorageView
            connection={connection}
            details={request.answer}
            onOpen={onOpenImage}
            onUp={close}
          />
        )}
      </SpaceBetween>
    );
  }
  return (
    <SpaceBetween size="s">
      <Header
        variant="h1"
        info={<InfoLink topic="storage" />}
        counter={stored.length === 0 ? undefined : `(${nodeSize({ bytes: total, isExact })})`}
        description={
          stored.length === 0
            ? undefined
            : `Shared layers of a repository count once. The sum that ECR reports is ${formatBytes(reported)}.`
        }
      >
        Storage
      </Header>
      <ContentsStatus state={contents} />
      {stored.length > 0 && (
        <SpaceBetween size="m">
          <Container header={<Header variant="h2">Storage by repository</Header>}>
            <Treemap
              label="Storage by repository"
              rootName="All repositories"
              partHeader="Repository"
              nodes={nodes}
              onOpen={({ name }) => setOpened(name)}
            />
          </Container>
          <SizeOverTime months={addMonths(stored.map(({ months }) => months))} isExact={isExact} />
          <CostSection sizes={stored} />
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
