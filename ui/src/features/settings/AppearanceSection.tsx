import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import type { Settings, Theme } from "../../ipc/generated";

interface AppearanceSectionProps {
  settings: Settings;
  onChange: (part: Partial<Settings>) => void;
}

const themes: readonly { id: Theme; text: string }[] = [
  { id: "system", text: "System" },
  { id: "light", text: "Light" },
  { id: "dark", text: "Dark" },
];

/** The appearance section of the settings. */
export function AppearanceSection({ settings, onChange }: AppearanceSectionProps) {
  return (
    <Container header={<Header variant="h2">Appearance</Header>}>
      <FormField label="Theme">
        <SegmentedControl
          label="Theme"
          selectedId={settings.theme}
          options={themes}
          onChange={({ detail }) => onChange({ theme: detail.selectedId as Theme })}
          data-testid="settings-theme"
        />
      </FormField>
    </Container>
  );
}
