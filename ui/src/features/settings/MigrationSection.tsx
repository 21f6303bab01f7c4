import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import type { Settings } from "../../ipc/generated";

interface MigrationSectionProps {
  settings: Settings;
  onChange: (part: Partial<Settings>) => void;
}

/** What the wizard keeps and what it clears away. */
export function MigrationSection({ settings, onChange }: MigrationSectionProps) {
  return (
    <Container header={<Header variant="h2">Moving images</Header>}>
      <SpaceBetween size="m">
        <Toggle
          checked={settings.remove_temporary_tags}
          description="A push through the Docker Engine needs a second tag on the image. The image itself and your own tags stay."
          onChange={({ detail }) => onChange({ remove_temporary_tags: detail.checked })}
          data-testid="settings-remove-temporary-tags"
        >
          Remove temporary tags after a push
        </Toggle>
        <Toggle
          checked={settings.keep_draft}
          description="The wizard opens where it was left. Passwords and tokens are never kept."
          onChange={({ detail }) => onChange({ keep_draft: detail.checked })}
          data-testid="settings-keep-draft"
        >
          Keep an unfinished migration over a restart
        </Toggle>
        <Toggle
          checked={settings.keep_awake}
          description="Only while images move: not while a migration is paused, or waits."
          onChange={({ detail }) => onChange({ keep_awake: detail.checked })}
          data-testid="settings-keep-awake"
        >
          Keep this computer awake during a migration
        </Toggle>
        <Toggle
          checked={settings.notify_at_end}
          description="A notification of the system, when the window is not in front."
          onChange={({ detail }) => onChange({ notify_at_end: detail.checked })}
          data-testid="settings-notify-at-end"
        >
          Say when a migration is over
        </Toggle>
      </SpaceBetween>
    </Container>
  );
}
