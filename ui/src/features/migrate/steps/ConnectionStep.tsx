import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ErrorAlert, offersRetry } from "../../../errors";
import type { AwsIdentity, AwsProfiles, SavedProfile } from "../../../ipc/generated";
import { AwsConfigProblems } from "../../../shared/AwsConfigNotes";
import { FillHeight } from "../../../shared/FillHeight";
import type { Request } from "../../../shared/useRequest";
import { wizardFooterHeight } from "../wizard/wizardFooterHeight";
import "./destination.css";
import type { Draft } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import { AccountWarning } from "./AccountWarning";
import { ConnectionDetails } from "./ConnectionDetails";
import { IdentityFacts } from "./IdentityFacts";
import { ProfileTable } from "./ProfileTable";
import { SaveProfileForm } from "./SaveProfileForm";

interface ConnectionStepProps {
  draft: Draft;
  onChange: (action: DraftAction) => void;
  savedProfiles: Request<SavedProfile[]>;
  awsProfiles: Request<AwsProfiles>;
  identity: Request<AwsIdentity>;
  /** `null` if the account has no alias or the identity isn't allowed to read it. */
  alias: string | null;
  /** Saves the connection as a profile. Throws if saving fails. */
  onSaveProfile: (name: string) => Promise<void>;
  /** Opens the dialog that adds an SSO profile. Absent without an SSO session. */
  onAddProfile: (() => void) | null;
  /** Updates the saved profile with another account. */
  onSaveAccount: (account: string) => void;
}

/** Step 1: the AWS profile and region of the destination. */
export function ConnectionStep({
  draft,
  onChange,
  savedProfiles,
  awsProfiles,
  identity,
  alias,
  onSaveProfile,
  onAddProfile,
  onSaveAccount,
}: ConnectionStepProps) {
  const connection = draft.connection;
  const profiles = awsProfiles.answer;
  const files = profiles?.files ?? [];
  // Practice mode requires no AWS profile.
  const noProfiles =
    connection?.kind !== "practice" &&
    profiles?.profiles.length === 0 &&
    files.every((file) => file.problem === null);

  const profile =
    connection?.kind === "profile"
      ? profiles?.profiles.find(({ name }) => name === connection.profile)
      : undefined;
  return (
    <SpaceBetween size="s">
      {savedProfiles.error !== null && (
        <ErrorAlert error={savedProfiles.error} actions={{ retry: savedProfiles.reload }} />
      )}
      {awsProfiles.error !== null && (
        <ErrorAlert error={awsProfiles.error} actions={{ retry: awsProfiles.reload }} />
      )}
      <AwsConfigProblems files={files} />
      {noProfiles && (
        <Alert type="info" header="No AWS profiles found">
          To create a profile, run “aws configure” in a terminal, then refresh. If you don’t have an
          AWS account, choose Practice.
          <Box variant="small" display="block">
            Searched files: {files.map((file) => file.path).join(", ")}
          </Box>
        </Alert>
      )}
      {profiles?.environment_has_keys && connection?.kind === "profile" && (
        <Alert type="info">
          The environment contains AWS access keys. Transload uses the selected profile instead.
        </Alert>
      )}
      <div className="destination">
        <div className="destination-profiles">
          <ProfileTable
            draft={draft}
            onChange={onChange}
            savedProfiles={savedProfiles.answer ?? []}
            awsProfiles={profiles}
            loading={awsProfiles.loading || savedProfiles.loading}
            onReload={() => {
              awsProfiles.reload();
              savedProfiles.reload();
            }}
            onAddProfile={onAddProfile}
          />
        </div>
        {connection !== null && (
          <aside className="destination-identity" aria-label="AWS identity">
            <FillHeight below={wizardFooterHeight}>
              <Container header={<Header variant="h2">AWS identity</Header>} data-testid="identity">
                <SpaceBetween size="l">
                  <div aria-live="polite">
                    {identity.error !== null ? (
                      <ErrorAlert
                        error={identity.error}
                        retrying={identity.loading}
                        actions={{
                          retry: identity.reload,
                          start_practice: () =>
                            onChange({
                              type: "connection_chosen",
                              connection: { kind: "practice" },
                            }),
                        }}
                      />
                    ) : (
                      <IdentityFacts
                        identity={identity.answer}
                        alias={alias}
                        loading={identity.loading}
                      />
                    )}
                  </div>
                  <AccountWarning
                    draft={draft}
                    identity={identity.answer}
                    onChange={onChange}
                    onSaveAccount={onSaveAccount}
                  />
                  {connection.kind === "profile" && (
                    <ConnectionDetails
                      connection={connection}
                      profileRegion={profile?.region ?? null}
                      onChange={(changed) =>
                        onChange({
                          type: "connection_chosen",
                          connection: changed,
                          savedProfile: draft.savedProfile,
                        })
                      }
                    />
                  )}
                  {identity.error === null && draft.savedProfile === null && (
                    <SaveProfileForm
                      known={identity.answer !== null}
                      description="Saves the AWS profile and region, and what is already chosen in the other steps. Review can save all choices. Secrets aren’t saved."
                      onSave={onSaveProfile}
                    />
                  )}
                  {identity.error !== null && !offersRetry(identity.error) && (
                    <Button onClick={identity.reload} loading={identity.loading}>
                      Check again
                    </Button>
                  )}
                </SpaceBetween>
              </Container>
            </FillHeight>
          </aside>
        )}
      </div>
    </SpaceBetween>
  );
}
