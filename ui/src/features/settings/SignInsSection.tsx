import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { SsoSession } from "../../ipc/generated";
import { MiddleEllipsis } from "../../shared/MiddleEllipsis";
import { FullTable } from "../../shared/PagedTable";
import { RelativeTime } from "../../shared/RelativeTime";
import { StatusText } from "../../shared/StatusText";
import { AddProfileModal, SignInModal } from "../../shared/signIn";
import type { Column } from "../../shared/tablePreferences";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";

type SignInDialog = { readonly kind: "sign_in" | "add_profile"; readonly session: SsoSession };

/**
 * The AWS sign-ins section of the settings: IAM Identity Center sessions, shared with the AWS CLI.
 */
export function SignInsSection() {
  const backend = useBackend();
  const sessions = useRequest("sso", () => backend.ssoSessionsList());
  const profiles = useRequest("aws", () => backend.awsProfilesList());
  const [dialog, setDialog] = useState<SignInDialog | null>(null);
  const [leaving, setLeaving] = useState<string | null>(null);
  const work = useAsyncAction();
  const signOut = async (session: SsoSession) => {
    setLeaving(session.title);
    await work.run(() => backend.ssoSignOut(session.target));
    setLeaving(null);
    sessions.reload();
  };
  const close = () => {
    setDialog(null);
    sessions.reload();
  };
  const columns: readonly Column<SsoSession>[] = [
    {
      id: "title",
      header: "Session",
      isRowHeader: true,
      width: 150,
      grow: 1,
      sortingField: "title",
      cell: ({ title }) => <MiddleEllipsis text={title} />,
    },
    {
      id: "start-url",
      header: "Start URL",
      minWidth: 125,
      width: 150,
      grow: 1,
      sortingField: "start_url",
      cell: ({ start_url }) => <MiddleEllipsis text={start_url} />,
    },
    {
      id: "profiles",
      header: "Profiles",
      hideOrder: 1,
      width: 120,
      grow: 1,
      cell: ({ profiles }) => <MiddleEllipsis text={profiles.join(", ") || "–"} />,
    },
    {
      id: "state",
      header: "State",
      width: 210,
      sortingField: "ends_at_ms",
      cell: (session) =>
        session.ends_at_ms !== null ? (
          <StatusText type="success">
            Signed in, expires <RelativeTime timeMs={session.ends_at_ms} />
          </StatusText>
        ) : session.renewable ? (
          <StatusText type="pending">Expired, renewed on next use</StatusText>
        ) : (
          <StatusText type="stopped">Not signed in</StatusText>
        ),
    },
    {
      id: "actions",
      unsorted: true,
      header: "Actions",
      width: 220,
      cell: (session) => (
        <SpaceBetween direction="horizontal" size="xs">
          <Button
            variant="inline-link"
            ariaLabel={`Sign in to ${session.title}`}
            onClick={() => setDialog({ kind: "sign_in", session })}
          >
            Sign in
          </Button>
          <Button
            variant="inline-link"
            ariaLabel={`Add profile from ${session.title}`}
            onClick={() => setDialog({ kind: "add_profile", session })}
          >
            Add profile
          </Button>
          <Button
            variant="inline-link"
            ariaLabel={`Sign out of ${session.title}`}
            disabled={session.ends_at_ms === null && !session.renewable}
            disabledReason="You aren’t signed in"
            loading={leaving === session.title}
            onClick={() => void signOut(session)}
          >
            Sign out
          </Button>
        </SpaceBetween>
      ),
    },
  ];

  return (
    <SpaceBetween size="s">
      {work.error !== null && <ErrorAlert error={work.error} onDismiss={work.dismiss} />}
      {sessions.error !== null && (
        <ErrorAlert
          error={sessions.error}
          actions={{ open_settings: undefined, retry: sessions.reload }}
        />
      )}
      <FullTable
        section
        name="sign-ins"
        items={sessions.answer ?? []}
        trackBy="title"
        sortedBy="title"
        loading={sessions.loading && sessions.answer === null}
        loadingText="Loading the AWS configuration"
        data-testid="sign-ins"
        ariaLabels={{ tableLabel: "AWS sign-ins" }}
        header={
          <Header
            variant="h2"
            description="IAM Identity Center (SSO) sessions in the AWS configuration. The AWS CLI and Transload share these sessions."
          >
            AWS sign-ins
          </Header>
        }
        empty={
          <Box color="text-body-secondary">
            No SSO sessions found. To add a session, run “aws configure sso” in a terminal.
          </Box>
        }
        columnDefinitions={columns}
      />
      {dialog?.kind === "sign_in" && (
        <SignInModal
          target={dialog.session.target}
          calls={backend}
          onSignedIn={close}
          onClose={close}
        />
      )}
      {dialog?.kind === "add_profile" && (
        <AddProfileModal
          sessions={[dialog.session]}
          taken={(profiles.answer?.profiles ?? []).map((profile) => profile.name)}
          calls={backend}
          onAdded={() => {
            profiles.reload();
            close();
          }}
          onClose={close}
        />
      )}
    </SpaceBetween>
  );
}
