import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import type { Settings } from "../../ipc/generated";

interface MigrationSectionProps {
  settings: Settings;
  onChange: (part: Partial<Settings>) => void;
}

/** What can be switched on and off, in the order in which it is shown. */
const toggles = [
  {
    setting: "remove_temporary_tags",
    label: "Remove temporary tags after a push",
    description:
      "A push through the Docker Engine needs a second tag on the image. The image itself and your own tags stay.",
  },
  {
    setting: "keep_draft",
    label: "Keep an unfinished migration over a restart",
    description: "The wizard opens where it was left. Passwords and tokens are never kept.",
  },
  {
    setting: "keep_awake",
    label: "Keep this computer awake during a migration",
    description: "Only while images move: not while a migration is paused, or waits.",
  },
  {
    setting: "notify_at_end",
    label: "Say when a migration is over",
    description: "A notification of the system, when the window is not in front.",
  },
] as const;

/** What the wizard keeps, what it clears away, and what happens while images move. */
export function MigrationSection({ settings, onChange }: MigrationSectionProps) {
  return (
    <Container header={<Header variant="h2">Moving images</Header>}>
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
