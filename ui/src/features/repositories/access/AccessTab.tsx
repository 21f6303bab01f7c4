import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc";
import type { AwsConnection, Repository } from "../../../ipc/generated";
import { ActionModal } from "../../../shared/ActionModal";
import { connectionKey } from "../../../shared/connection";
import { InfoLink } from "../../../shared/help";
import { useRequest } from "../../../shared/useRequest";
import { AccessStatements } from "./AccessStatements";
import { AddAccess } from "./AddAccess";
import { PolicyEditor } from "./PolicyEditor";
import { PolicyView } from "./PolicyView";

interface AccessTabProps {
  connection: AwsConnection;
  repository: Repository;
}

/** The policy of a repository: who can do what, in words, and its JSON. Changes are confirmed. */
export function AccessTab({ connection, repository }: AccessTabProps) {
  const { name } = repository;
  const backend = useBackend();
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  const request = useRequest(`${connectionKey(connection)} ${name} access`, () =>
    backend.repositoryAccess(connection, name),
  );
  const access = request.answer;
  const actions = { retry: request.reload };
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
        Remove policy
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
          {access !== null && !editing && (
            <PolicyView
              policy={access.policy}
              words={access.words}
              label="Repository policy"
              open="This repository is open to every AWS account"
              none="No repository policy. Only identities of this account have access, by their IAM policies."
            />
          )}
          {access !== null && editing && (
            <PolicyEditor
              policy={access.policy}
              statements={access.words.statements}
              texts={{
                set: `Set the policy of ${name}`,
                opened: "This opens the repository to every AWS account",
              }}
              requestKey={connectionKey(connection)}
              readWords={(text) => backend.repositoryAccessWords(connection, text)}
              form={(text, onChange) => (
                <AddAccess arn={repository.arn} text={text} onChange={onChange} />
              )}
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
          header={`Remove policy of ${name}`}
          closeLabel="Close without removing"
          confirm="Remove policy"
          // Somebody else may have removed it meanwhile.
          disabled={!hasPolicy}
          disabledReason="The repository has no policy."
          name="access-remove"
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
