import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc";
import type { AwsConnection, Repository, RepositoryAccess } from "../../../ipc/generated";
import { ActionModal } from "../../../shared/ActionModal";
import { connectionKey } from "../../../shared/connection";
import { InfoLink } from "../../../shared/help";
import { PolicyText } from "../../../shared/PolicyText";
import { useRequest } from "../../../shared/useRequest";
import { AccessEditor } from "./AccessEditor";
import { AccessStatements } from "./AccessStatements";
import { indented, isOpen } from "./accessPolicy";

interface AccessTabProps {
  connection: AwsConnection;
  repository: Repository;
  errorActions: ErrorActions;
}

/** The policy of a repository: who can do what, in words, and its JSON. Changes are confirmed. */
export function AccessTab({ connection, repository, errorActions }: AccessTabProps) {
  const { name } = repository;
  const backend = useBackend();
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  const request = useRequest(`${connectionKey(connection)} ${name} access`, () =>
    backend.repositoryAccess(connection, name),
  );
  const access = request.answer;
  const actions = { ...errorActions, retry: request.reload };
  const hasPolicy = access !== null && access.policy !== null;
  // A change that is refused, because somebody else changed the policy, is then confirmed against theirs.
  const change = (changing: Promise<void>) => changing.finally(request.reload);
  const buttons = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        iconName="refresh"
        ariaLabel="Refresh the policy"
        loading={request.loading && access !== null}
        onClick={request.reload}
        data-testid="access-refresh"
      />
      <Button
        disabled={access === null || editing}
        onClick={() => setEditing(true)}
        data-testid="access-edit"
      >
        {hasPolicy ? "Edit policy" : "Create policy"}
      </Button>
      <Button
        disabled={!hasPolicy || editing}
        onClick={() => setRemoving(true)}
        data-testid="access-remove"
      >
        Remove the policy
      </Button>
    </SpaceBetween>
  );

  return (
    <SpaceBetween size="m">
      <Container
        header={
          <Header
            variant="h2"
            info={<InfoLink topic="access" />}
            description="Who can use this repository, in addition to what IAM policies of this account allow."
            actions={buttons}
          >
            Repository policy
          </Header>
        }
        data-testid="repository-access"
      >
        <SpaceBetween size="s">
          {request.error !== null && <ErrorAlert error={request.error} actions={actions} />}
          {access === null && request.loading && (
            <Box>
              <Spinner /> Loading the policy
            </Box>
          )}
          {access !== null && !editing && <KnownAccess access={access} />}
          {access !== null && editing && (
            <AccessEditor
              connection={connection}
              repository={repository}
              access={access}
              errorActions={errorActions}
              onSet={(text) =>
                change(backend.repositoryPolicySet(connection, name, access.policy, text))
              }
              onClose={() => setEditing(false)}
            />
          )}
        </SpaceBetween>
      </Container>
      {removing && access !== null && (
        <ActionModal
          header={`Remove the policy of ${name}`}
          closeLabel="Close without removing"
          confirm="Remove the policy"
          // Somebody else may have removed it meanwhile.
          disabled={!hasPolicy}
          disabledReason="The repository has no policy."
          name="access-remove"
          errorActions={errorActions}
          action={() =>
            change(backend.repositoryPolicyRemove(connection, name, access.policy ?? ""))
          }
          onClose={() => setRemoving(false)}
        >
          {access.words.statements.length > 0 && (
            <>
              <Box>These statements no longer apply. IAM policies of this account still do.</Box>
              <AccessStatements statements={access.words.statements} label="Removed statements" />
            </>
          )}
        </ActionModal>
      )}
    </SpaceBetween>
  );
}

function KnownAccess({ access: { policy, words } }: { access: RepositoryAccess }) {
  if (policy === null) {
    return (
      <Box color="text-body-secondary">
        No repository policy. Only identities of this account have access, by their IAM policies.
      </Box>
    );
  }
  const { statements, problem } = words;
  return (
    <SpaceBetween size="s">
      {isOpen(statements) && (
        <Alert type="error" header="This repository is open to every AWS account">
          A statement allows access without a condition that limits it to known accounts, an
          organization, or a network.
        </Alert>
      )}
      {problem !== null && (
        <Alert type="warning" header="Transload can’t read this policy completely">
          {problem}
        </Alert>
      )}
      {statements.length > 0 && <AccessStatements statements={statements} label="Statements" />}
      <PolicyText policy={indented(policy)} label="Repository policy" />
    </SpaceBetween>
  );
}
