import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import type { AwsConnection, PracticeStatus, Settings } from "../../ipc/generated";
import { InfoLink } from "../../shared/help";
import { ProgramSections } from "./AboutSections";
import { AppearanceSection } from "./AppearanceSection";
import { ClientLoginSettings } from "./ClientLoginSettings";
import { EngineSection } from "./EngineSection";
import { MigrationSection } from "./MigrationSection";
import { NetworkSection } from "./NetworkSection";
import { PracticeSection } from "./PracticeSection";
import { SignInsSection } from "./SignInsSection";

export interface SettingsPageProps {
  /** The current settings of the window. */
  settings: Settings;
  /** Saves a partial change. Throws if saving fails. */
  onChange: (change: Partial<Settings>) => Promise<void>;
  /** Whether the practice servers are known to run. */
  practiceRuns?: boolean;
  /** The account of the window, for the logins of docker and Podman. */
  connection?: AwsConnection | null;
  /** Called after practice mode was reset. */
  onPracticeReset?: (status: PracticeStatus) => void;
}

/** The settings page. Changes are saved immediately. */
export function SettingsPage({
  settings,
  onChange,
  practiceRuns = false,
  connection = null,
  onPracticeReset,
}: SettingsPageProps) {
  const [failure, setFailure] = useState<{ caught: unknown; wanted: Partial<Settings> } | null>(
    null,
  );

  /** Saves a change, and returns whether it was saved. */
  const change = async (wanted: Partial<Settings>): Promise<boolean> => {
    setFailure(null);
    try {
      await onChange(wanted);
      return true;
    } catch (caught) {
      setFailure({ caught, wanted });
      return false;
    }
  };

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          info={<InfoLink topic="settings" />}
          description="Changes are saved automatically."
        >
          Settings
        </Header>
      }
    >
      <SpaceBetween size="l">
        {failure !== null && (
          <ErrorAlert
            error={failure.caught}
            actions={{ retry: () => void change(failure.wanted) }}
            onDismiss={() => setFailure(null)}
          />
        )}
        <AppearanceSection settings={settings} onChange={(part) => void change(part)} />
        <MigrationSection settings={settings} onChange={(part) => void change(part)} />
        <EngineSection
          address={settings.engine_address}
          onKeep={(engine_address) => change({ engine_address })}
        />
        <NetworkSection caFile={settings.ca_file} onKeep={(ca_file) => change({ ca_file })} />
        <SignInsSection />
        <ClientLoginSettings connection={connection} />
        <PracticeSection
          large={settings.practice_large_account}
          onLarge={(practice_large_account) => change({ practice_large_account })}
          running={practiceRuns}
          onReset={onPracticeReset}
        />
        <ProgramSections />
      </SpaceBetween>
    </ContentLayout>
  );
}
