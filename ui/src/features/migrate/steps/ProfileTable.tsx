import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { Fragment } from "react";
import type { AwsProfileKind, AwsProfiles, SavedProfile } from "../../../ipc/generated";
import { IgnoredSections } from "../../../shared/AwsConfigNotes";
import { profileConnection, signerName } from "../../../shared/connection";
import { StatusText } from "../../../shared/StatusText";
import type { Draft } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";

const kindLabels: Record<AwsProfileKind, string> = {
  keys: "Access keys",
  sso: "SSO",
  role: "Role",
  role_with_mfa: "Role with MFA",
  process: "Process",
  login: "AWS login",
  web_identity: "Web identity",
  unknown: "Unknown",
};

/** A path that wraps after a slash. */
function BrokenAtSlashes({ path }: { path: string }) {
  const names = path.split("/");
  return names.map((name, depth) => (
    <Fragment key={names.slice(0, depth + 1).join("/")}>
      {depth > 0 && (
        <>
          /<wbr />
        </>
      )}
      {name}
    </Fragment>
  ));
}

interface ProfileRow {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly region: string | null;
  readonly source: string;
  readonly problem: string | null;
  readonly action: DraftAction;
}

/** Returns saved profiles, then AWS profiles, then practice mode. */
function profileRows(saved: readonly SavedProfile[], aws: AwsProfiles | null): ProfileRow[] {
  const regionOf = (name: string) =>
    aws?.profiles.find((profile) => profile.name === name)?.region ?? null;
  return [
    ...saved.map((profile): ProfileRow => {
      const connection = profile.connection;
      const awsProfile = connection.kind === "profile" ? connection.profile : null;
      return {
        id: `saved:${profile.id}`,
        name: profile.name,
        kind: "Saved profile",
        region:
          connection.kind === "practice"
            ? null
            : (connection.region ?? (awsProfile === null ? null : regionOf(awsProfile))),
        source: awsProfile === null ? signerName(connection) : `AWS profile ${awsProfile}`,
        problem: null,
        action: { type: "saved_profile_used", profile },
      };
    }),
    ...(aws?.profiles ?? []).map(
      (profile): ProfileRow => ({
        id: `aws:${profile.name}`,
        name: profile.name,
        kind: kindLabels[profile.kind],
        region: profile.region,
        source: profile.source,
        problem: profile.problem,
        action: {
          type: "connection_chosen",
          connection: profileConnection(profile.name),
        },
      }),
    ),
    {
      id: "practice",
      name: "Practice",
      kind: "No AWS account required",
      region: null,
      source: "Built into Transload",
      problem: null,
      action: { type: "connection_chosen", connection: { kind: "practice" } },
    },
  ];
}

function chosenId(draft: Draft): string | null {
  if (draft.savedProfile !== null) {
    return `saved:${draft.savedProfile}`;
  }
  if (draft.connection === null) {
    return null;
  }
  return draft.connection.kind === "profile"
    ? `aws:${draft.connection.profile}`
    : draft.connection.kind;
}

interface ProfileTableProps {
  draft: Draft;
  onChange: (action: DraftAction) => void;
  savedProfiles: readonly SavedProfile[];
  awsProfiles: AwsProfiles | null;
  loading: boolean;
  onReload: () => void;
  onAddProfile: (() => void) | null;
}

/** The table of profiles. */
export function ProfileTable({
  draft,
  onChange,
  savedProfiles,
  awsProfiles,
  loading,
  onReload,
  onAddProfile,
}: ProfileTableProps) {
  const rows = profileRows(savedProfiles, awsProfiles);
  const chosen = chosenId(draft);
  const choose = (row: ProfileRow | undefined) => {
    if (row !== undefined && row.id !== chosen) {
      onChange(row.action);
    }
  };
  return (
    <Table
      items={rows}
      trackBy="id"
      wrapLines
      selectionType="single"
      selectedItems={rows.filter((row) => row.id === chosen)}
      onSelectionChange={({ detail }) => choose(detail.selectedItems[0])}
      onRowClick={({ detail }) => choose(detail.item)}
      data-testid="connection-table"
      header={
        <Header
          variant="h2"
          counter={loading ? undefined : `(${rows.length})`}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="refresh"
                ariaLabel="Refresh profiles"
                loading={loading}
                onClick={onReload}
              />
              {onAddProfile !== null && (
                <Button onClick={onAddProfile} data-testid="add-profile">
                  Add SSO profile
                </Button>
              )}
            </SpaceBetween>
          }
        >
          Profiles
        </Header>
      }
      ariaLabels={{
        tableLabel: "Profiles",
        selectionGroupLabel: "Profile",
        itemSelectionLabel: (_state, row) =>
          row.kind === "Saved profile" ? `Use saved profile ${row.name}` : `Use ${row.name}`,
      }}
      columnDefinitions={[
        {
          id: "name",
          header: "Name",
          minWidth: 180,
          isRowHeader: true,
          cell: (row) => (
            <SpaceBetween size="xxs">
              <span data-testid={`profile-${row.id}`}>{row.name}</span>
              {row.problem !== null && <StatusText type="warning">{row.problem}</StatusText>}
            </SpaceBetween>
          ),
        },
        { id: "kind", header: "Type", minWidth: 110, cell: (row) => row.kind },
        { id: "region", header: "Region", minWidth: 110, cell: (row) => row.region ?? "–" },
        {
          id: "source",
          header: "Source",
          minWidth: 160,
          cell: (row) => <BrokenAtSlashes path={row.source} />,
        },
      ]}
      footer={
        (awsProfiles?.ignored.length ?? 0) > 0 && (
          <IgnoredSections ignored={awsProfiles?.ignored ?? []} />
        )
      }
    />
  );
}
