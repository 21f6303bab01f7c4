import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { SavedProfile } from "../../ipc/generated";
import { formatCount } from "../../shared/format";
import { InfoLink } from "../../shared/help";
import { FullTable } from "../../shared/PagedTable";
import { profileColumns, searchWords } from "./profileColumns";

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

/** The table of saved profiles, with actions for the selection. */
export function ProfilesTable(props: ProfilesTableProps) {
  const { profiles, busy } = props;
  const [selectedIds, setSelectedIds] = useState<ReadonlySet<string>>(new Set());
  // Selected profiles may have been deleted meanwhile.
  const selected = profiles.filter(({ id }) => selectedIds.has(id));
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
    <FullTable
      name="profiles"
      items={profiles}
      trackBy="id"
      words={searchWords}
      finds="profiles by name, AWS profile, or Region"
      sortedBy="name"
      columnDefinitions={profileColumns}
      selectionType="multi"
      selectedItems={selected}
      onSelectionChange={({ detail }) =>
        setSelectedIds(new Set(detail.selectedItems.map(({ id }) => id)))
      }
      loading={props.loading}
      loadingText="Loading saved profiles"
      empty={
        props.readable ? (
          <Box textAlign="center" padding="m">
            <SpaceBetween size="s">
              <Box variant="strong">No saved profiles</Box>
              <Box color="text-body-secondary">
                Create a profile here, or save one in the wizard.
              </Box>
              <Button onClick={props.onNew}>Create profile</Button>
            </SpaceBetween>
          </Box>
        ) : (
          "Couldn’t read the saved profiles"
        )
      }
      ariaLabels={{
        tableLabel: "Saved profiles",
        selectionGroupLabel: "Profile selection",
        allItemsSelectionLabel: () => "Select all profiles",
        itemSelectionLabel: (_selection, profile) => `Select ${profile.name}`,
      }}
      header={
        <Header
          variant="h1"
          info={<InfoLink topic="profiles" />}
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
      data-testid="profiles-table"
    />
  );
}
