import { useCollection } from "@cloudscape-design/collection-hooks";
import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { SavedProfile } from "../../ipc/generated";
import { connectionRegionLabel, signerName, sourceLabel } from "../../shared/connection";
import { formatCount, formatCounted } from "../../shared/format";
import { repositorySettingsSummary } from "../../shared/repositorySettings";

interface ProfilesTableProps {
  profiles: readonly SavedProfile[];
  loading: boolean;
  /** Whether the list was loaded. Otherwise the table doesn't say that it is empty. */
  readable: boolean;
  busy: boolean;
  onUse: (profile: SavedProfile) => void;
  onNew: () => void;
  onEdit: (profile: SavedProfile) => void;
  onDelete: (profile: SavedProfile) => void;
  onDuplicate: (profile: SavedProfile) => void;
  onMakeDefault: (profile: SavedProfile) => void;
  onExport: (profiles: readonly SavedProfile[]) => void;
  onImport: () => void;
}

function awsProfileOf({ connection }: SavedProfile): string {
  return signerName(connection);
}

const columns: TableProps.ColumnDefinition<SavedProfile>[] = [
  {
    id: "name",
    header: "Name",
    sortingField: "name",
    isRowHeader: true,
    cell: (profile) => (
      <SpaceBetween direction="horizontal" size="xs">
        <span>{profile.name}</span>
        {profile.is_default && <Badge color="green">Default</Badge>}
      </SpaceBetween>
    ),
  },
  {
    id: "aws-profile",
    header: "AWS profile",
    sortingComparator: (one, other) => awsProfileOf(one).localeCompare(awsProfileOf(other)),
    cell: (profile) =>
      profile.account_id === null || profile.connection.kind === "practice"
        ? awsProfileOf(profile)
        : `${awsProfileOf(profile)} (account ${profile.account_id})`,
  },
  {
    id: "region",
    header: "Region",
    sortingComparator: (one, other) =>
      connectionRegionLabel(one.connection).localeCompare(connectionRegionLabel(other.connection)),
    cell: (profile) => connectionRegionLabel(profile.connection),
  },
  {
    id: "prefix",
    header: "ECR prefix",
    sortingField: "repository_prefix",
    cell: (profile) => (profile.repository_prefix === "" ? "None" : profile.repository_prefix),
  },
  {
    id: "template",
    header: "New repositories",
    cell: (profile) => repositorySettingsSummary(profile.template),
  },
  {
    id: "source",
    header: "Source",
    cell: (profile) => (profile.source === null ? "Not set" : sourceLabel(profile.source)),
  },
];

function matches(profile: SavedProfile, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return [profile.name, awsProfileOf(profile), connectionRegionLabel(profile.connection)].some(
    (part) => part.toLowerCase().includes(wanted),
  );
}

/** The table of saved profiles, with actions for the selection. */
export function ProfilesTable(props: ProfilesTableProps) {
  const { profiles, busy } = props;
  const { items, filteredItemsCount, collectionProps, filterProps } = useCollection(profiles, {
    filtering: {
      filteringFunction: matches,
      empty: (
        <Box textAlign="center" padding="m">
          <SpaceBetween size="s">
            <Box variant="strong">No saved profiles</Box>
            <Box color="text-body-secondary">Create a profile here, or save one in the wizard.</Box>
            <Button onClick={props.onNew}>Create profile</Button>
          </SpaceBetween>
        </Box>
      ),
      noMatch: (
        <Box textAlign="center" padding="m">
          No matches
        </Box>
      ),
    },
    sorting: { defaultState: { sortingColumn: { sortingField: "name" } } },
    selection: { trackBy: "id" },
  });
  const selected = collectionProps.selectedItems ?? [];
  const only = selected.length === 1 ? selected[0] : undefined;

  const more = (id: string) => {
    if (id === "import") {
      props.onImport();
    } else if (id === "export") {
      props.onExport(selected.length > 0 ? selected : profiles);
    } else if (only !== undefined) {
      const acts: Record<string, (profile: SavedProfile) => void> = {
        duplicate: props.onDuplicate,
        default: props.onMakeDefault,
        delete: props.onDelete,
      };
      acts[id]?.(only);
    }
  };
  const needsOne = { disabled: only === undefined, disabledReason: "Select one profile." };

  return (
    <Table
      {...collectionProps}
      variant="container"
      items={items}
      columnDefinitions={columns}
      selectionType="multi"
      wrapLines
      loading={props.loading}
      loadingText="Loading saved profiles"
      empty={props.readable ? collectionProps.empty : "Couldn’t read the saved profiles"}
      ariaLabels={{
        tableLabel: "Saved profiles",
        selectionGroupLabel: "Profile selection",
        allItemsSelectionLabel: () => "Select all profiles",
        itemSelectionLabel: (_selection, profile) => `Select ${profile.name}`,
      }}
      header={
        <Header
          counter={`(${formatCount(profiles.length)})`}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                {...needsOne}
                onClick={() => only !== undefined && props.onUse(only)}
                data-testid="profile-use"
              >
                Use
              </Button>
              <Button
                {...needsOne}
                onClick={() => only !== undefined && props.onEdit(only)}
                data-testid="profile-edit"
              >
                Edit
              </Button>
              <ButtonDropdown
                loading={busy}
                onItemClick={({ detail }) => more(detail.id)}
                items={[
                  { id: "duplicate", text: "Duplicate", ...needsOne },
                  {
                    id: "default",
                    text: only?.is_default === true ? "Remove as default" : "Make default",
                    ...needsOne,
                  },
                  { id: "delete", text: "Delete", ...needsOne },
                  {
                    id: "export",
                    text: selected.length > 0 ? "Export selected" : "Export all",
                    disabled: profiles.length === 0,
                    disabledReason: "No profiles to export.",
                  },
                  { id: "import", text: "Import" },
                ]}
                data-testid="profile-actions"
              >
                Actions
              </ButtonDropdown>
              <Button variant="primary" onClick={props.onNew} data-testid="profile-new">
                Create profile
              </Button>
            </SpaceBetween>
          }
        >
          Saved profiles
        </Header>
      }
      filter={
        <TextFilter
          {...filterProps}
          filteringPlaceholder="Find profiles by name, AWS profile, or region"
          filteringAriaLabel="Find saved profiles"
          filteringClearAriaLabel="Clear filter"
          countText={formatCounted(filteredItemsCount ?? 0, "match", "matches")}
          data-testid="profiles-search"
        />
      }
      data-testid="profiles-table"
    />
  );
}
