/** The settings of new migrations. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import type { Settings } from "../../ipc/generated";

interface MigrationSectionProps {
  settings: Settings;
  onChange: (part: Partial<Settings>) => void;
}

/** Toggles in display order. */
const toggles = [
  {
    setting: "remove_temporary_tags",
    label: "Remove temporary tags after a push",
    description:
      "A push through the Docker Engine requires an additional tag. The image and its other tags are kept.",
  },
  {
    setting: "keep_draft",
    label: "Save wizard choices",
    description: "Restores the wizard after a restart. Passwords and tokens aren’t saved.",
  },
  {
    setting: "keep_awake",
    label: "Prevent sleep during a migration",
    description: "Applies while images are copied, not while a migration is paused or waiting.",
  },
  {
    setting: "notify_at_end",
    label: "Notify when a migration finishes",
    description: "Shows a system notification when the window is in the background.",
  },
] as const;

export function MigrationSection({ settings, onChange }: MigrationSectionProps) {
  return (
    <Container header={<Header variant="h2">Migration</Header>}>
      <SpaceBetween size="m">
        {toggles.map(({ setting, label, description }) => (
          <Toggle
            key={setting}
            checked={settings[setting]}
            description={description}
            onChange={({ detail }) => onChange({ [setting]: detail.checked })}
            data-testid={`settings-${setting.replaceAll("_", "-")}`}
          >
            {label}
          </Toggle>
        ))}
      </SpaceBetween>
    </Container>
  );
}
