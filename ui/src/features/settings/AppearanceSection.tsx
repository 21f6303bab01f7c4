/** The settings of theme and density. */
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Settings, Theme } from "../../ipc/generated";
import { changeDensity, type Density, useDensity } from "../../shared/density";

interface AppearanceSectionProps {
  settings: Settings;
  onChange: (part: Partial<Settings>) => void;
}

const themes: readonly { id: Theme; text: string }[] = [
  { id: "system", text: "System" },
  { id: "light", text: "Light" },
  { id: "dark", text: "Dark" },
];

const densities: readonly { id: Density; text: string }[] = [
  { id: "compact", text: "Compact" },
  { id: "comfortable", text: "Comfortable" },
];

export function AppearanceSection({ settings, onChange }: AppearanceSectionProps) {
  const density = useDensity();
  return (
    <Container header={<Header variant="h2">Appearance</Header>}>
      <SpaceBetween size="m">
        <FormField label={<span id="settings-theme-label">Theme</span>}>
          <SegmentedControl
            ariaLabelledby="settings-theme-label"
            selectedId={settings.theme}
            options={themes}
            onChange={({ detail }) => onChange({ theme: detail.selectedId as Theme })}
            data-testid="settings-theme"
          />
        </FormField>
        <FormField
          label={<span id="settings-density-label">Density</span>}
          description="Compact shows more rows in tables."
        >
          <SegmentedControl
            ariaLabelledby="settings-density-label"
            selectedId={density}
            options={densities}
            onChange={({ detail }) => changeDensity(detail.selectedId as Density)}
            data-testid="settings-density"
          />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}
