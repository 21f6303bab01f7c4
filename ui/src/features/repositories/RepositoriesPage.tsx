import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { ErrorActionsProvider } from "../../errors";
import type { AwsConnection } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import type { OpenedImage, ShowImage } from "../../shared/openedImage";
import { LooseImage } from "./LooseImage";
import { RepositoryDetailsView } from "./RepositoryDetailsView";
import { RepositoryList } from "./RepositoryList";
import { RegistryTabs } from "./registry/RegistryTabs";

interface RepositoriesPageProps {
  connection: AwsConnection | null;
  /** Chooses the first connection. Later, the menus of the top bar change it. */
  connectionPicker: ReactNode;
  /** A new value opens its repository. */
  opening?: { readonly name: string } | null;
  onRegion?: (region: string) => void;
  showImage?: ShowImage;
}

/** The Repositories page: the list, or one repository. */
export function RepositoriesPage({
  connection,
  connectionPicker,
  opening = null,
  onRegion = () => {},
  showImage = () => null,
}: RepositoriesPageProps) {
  const key = connection === null ? null : connectionKey(connection);
  const [opened, setOpened] = useState<{ key: string | null; name: string } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the connection may change later
  useEffect(() => {
    if (opening !== null) {
      setOpened({ key, name: opening.name });
    }
  }, [opening]);
  // An image that was opened without its repository.
  const [image, setImage] = useState<OpenedImage | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an image belongs to its connection
  useEffect(() => setImage(null), [key, opening]);
  const [left, setLeft] = useState<{ readonly name: string } | null>(null);
  // What was shown can have changed: Find, Storage and Activity look again.
  const [news, setNews] = useState(0);
  const changed = () => setNews((count) => count + 1);
  // Reloads the list after a deletion.
  const [deletions, setDeletions] = useState(0);
  const picker = useRef<HTMLDivElement>(null);
  const [choosing, setChoosing] = useState(false);
  const toPicker = (last: boolean) => () => {
    setOpened(null);
    setImage(null);
    setChoosing(true);
    // The picker is hidden until now. Its selects are the profile and the region.
    setTimeout(() => {
      const selects = picker.current?.querySelectorAll<HTMLElement>("button, input") ?? [];
      selects[last ? selects.length - 1 : 0]?.focus();
    });
  };
  const errorActions = { choose_profile: toPicker(false), choose_region: toPicker(true) };
  // An open repository belongs to the connection that was used to open it.
  const openName = opened !== null && opened.key === key ? opened.name : null;

  return (
    <ErrorActionsProvider actions={errorActions}>
      {/* The list stays mounted, so that its page, filter, and order are kept. */}
      <div hidden={openName !== null || image !== null}>
        {(connection === null || choosing) && (
          <div ref={picker}>
            <SpaceBetween size="m">
              {connection === null && (
                <Header variant="h1" description="Private repositories in this account and Region.">
                  Repositories
                </Header>
              )}
              <Container data-testid="repositories-connection">{connectionPicker}</Container>
            </SpaceBetween>
          </div>
        )}
        {connection === null ? (
          <Box textAlign="center" padding="xxl" data-testid="repositories-no-connection">
            <Box variant="strong">No AWS profile selected</Box>
            <Box variant="p" color="text-body-secondary">
              Choose a profile to view its repositories. If you don’t have an AWS account, choose
              Practice.
            </Box>
          </Box>
        ) : (
          <RegistryTabs
            key={key}
            connection={connection}
            list={
              <RepositoryList
                key={deletions}
                connection={connection}
                onOpen={(name) => setOpened({ key, name })}
                left={left}
              />
            }
            news={news}
            onOpenRepository={(name) => setOpened({ key, name })}
            onOpenImage={setImage}
          />
        )}
      </div>
      {connection !== null && openName === null && image !== null && (
        <LooseImage
          key={`${image.repository} ${image.digest}`}
          connection={connection}
          image={image}
          showImage={showImage}
          onClose={() => {
            setImage(null);
            changed();
          }}
        />
      )}
      {connection !== null && openName !== null && (
        <RepositoryDetailsView
          key={`${key} ${openName}`}
          connection={connection}
          name={openName}
          onClose={() => {
            setOpened(null);
            setLeft({ name: openName });
            changed();
          }}
          onDeleted={() => {
            setOpened(null);
            setDeletions((count) => count + 1);
            changed();
          }}
          onRegion={(region) => {
            if (connection.kind !== "practice") {
              setOpened({ key: connectionKey({ ...connection, region }), name: openName });
            }
            onRegion(region);
          }}
          showImage={showImage}
        />
      )}
    </ErrorActionsProvider>
  );
}
