/** The table of the destination step, in which the user chooses a profile. */
import Button from "@cloudscape-design/components/button";
import type { AwsProfileKind, AwsProfiles, SavedProfile } from "../../../ipc/generated";
import { IgnoredSections } from "../../../shared/AwsConfigNotes";
import { profileConnection, signerName } from "../../../shared/connection";
import { MiddleEllipsis } from "../../../shared/MiddleEllipsis";
import { FullTable } from "../../../shared/PagedTable";
import { StatusText } from "../../../shared/StatusText";
import type { Draft } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import { wizardFooterHeight } from "../wizard/wizardFooterHeight";

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
      kind: "Practice",
      region: null,
      source: "Built in",
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
    <FullTable<ProfileRow>
      name="wizard-profiles"
      items={rows}
      words={(row) => [row.name, row.kind, row.region, row.source]}
      finds="profiles"
      below={wizardFooterHeight}
      trackBy="id"
      selectionType="single"
      selectedItems={rows.filter((row) => row.id === chosen)}
      onSelectionChange={({ detail }) => choose(detail.selectedItems[0])}
      onRowClick={({ detail }) => choose(detail.item)}
      loading={loading && rows.length <= 1}
      loadingText="Loading profiles"
      data-testid="connection-table"
      filters={
        <>
          <Button
            iconName="refresh"
            ariaLabel="Refresh profiles"
            loading={loading}
            onClick={onReload}
          />
          {onAddProfile !== null && (
            <Button onClick={onAddProfile} wrapText={false} data-testid="add-profile">
              Add SSO profile
            </Button>
          )}
        </>
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
          width: 170,
          grow: 2,
          isRowHeader: true,
          sortingField: "name",
          cell: (row) => (
            <span className="profile-name" title={row.problem ?? undefined}>
              <span data-testid={`profile-${row.id}`}>
                <MiddleEllipsis text={row.name} />
              </span>
              {row.problem !== null && (
                <StatusText type="warning" wrapText={false}>
                  {row.problem}
                </StatusText>
              )}
            </span>
          ),
        },
        {
          id: "kind",
          header: "Type",
          width: 115,
          grow: 1,
          sortingField: "kind",
          cell: (row) => row.kind,
        },
        {
          id: "region",
          header: "Region",
          width: 110,
          sortingField: "region",
          cell: (row) => row.region ?? "–",
        },
        {
          id: "source",
          header: "Source",
          width: 120,
          grow: 1,
          sortingField: "source",
          cell: (row) => <MiddleEllipsis text={row.source} />,
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
