import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { asApiError, type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { formatCounted } from "../../shared/format";
import { useRequest } from "../../shared/useRequest";
import { CommandsModal } from "./CommandsModal";
import { DeleteRepositoryModal } from "./DeleteRepositoryModal";
import { OtherRegions } from "./OtherRegions";
import { LifecyclePolicy, RepositoryFacts } from "./RepositoryFacts";
import { RepositoryImagesTable } from "./RepositoryImagesTable";

interface RepositoryDetailsViewProps {
  connection: AwsConnection;
  name: string;
  onClose: () => void;
  /** Called when the repository was deleted. */
  onDeleted: () => void;
  onRegion: (region: string) => void;
  errorActions: ErrorActions;
}

/** The details of a repository. */
export function RepositoryDetailsView({
  connection,
  name,
  onClose,
  onDeleted,
  onRegion,
  errorActions,
}: RepositoryDetailsViewProps) {
  const backend = useBackend();
  const [deleting, setDeleting] = useState(false);
  const [pushCommandsShown, setPushCommandsShown] = useState(false);
  const request = useRequest(`${connectionKey(connection)} ${name}`, () =>
    backend.repositoryDetails(connection, name),
  );
  const details = request.answer;

  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          ariaLabel="Breadcrumbs"
          items={[
            { text: "Repositories", href: "#/repositories" },
            { text: name, href: "" },
          ]}
          onFollow={(event) => {
            event.preventDefault();
            if (event.detail.href !== "") {
              onClose();
            }
          }}
          data-testid="repository-breadcrumbs"
        />
      }
      header={
        <Header
          variant="h1"
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
                disabled={details === null || details.images.length > 0}
                disabledReason={
                  details === null
                    ? "Loading the repository."
                    : `The repository contains ${formatCounted(details.images.length, "image", "images")}. Delete the images first.`
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
      }
    >
      <SpaceBetween size="l">
        {request.error !== null && (
          <ErrorAlert error={request.error} actions={{ ...errorActions, retry: request.reload }} />
        )}
        {request.error !== null && asApiError(request.error).code === "repository_missing" && (
          <OtherRegions
            connection={connection}
            name={name}
            errorActions={errorActions}
            onRegion={onRegion}
            onCreated={request.reload}
          />
        )}
        {details === null && request.loading && (
          <Container>
            <Spinner />
            Loading {name}
          </Container>
        )}
        {details !== null && (
          <SpaceBetween size="l">
            <RepositoryFacts repository={details.repository} />
            <RepositoryImagesTable
              connection={connection}
              repository={name}
              images={details.images}
              errorActions={errorActions}
              onChanged={request.reload}
            />
            <LifecyclePolicy policy={details.lifecycle_policy} />
          </SpaceBetween>
        )}
      </SpaceBetween>
      {deleting && (
        <DeleteRepositoryModal
          connection={connection}
          name={name}
          errorActions={errorActions}
          onDeleted={onDeleted}
          onClose={() => setDeleting(false)}
        />
      )}
      {pushCommandsShown && details !== null && (
        <CommandsModal
          title={`Push commands for ${name}`}
          description="These commands log in to the registry, build an image, and push it to this repository. They require the AWS CLI and Docker."
          commands={details.push_commands}
          connection={connection}
          errorActions={errorActions}
          onClose={() => setPushCommandsShown(false)}
        />
      )}
    </ContentLayout>
  );
}
