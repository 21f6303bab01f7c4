import { memo } from "react";
import { FriendlyNamePage, type FriendlyNameState } from "../features/friendlyName";
import { HistoryPage, type HistoryPageProps } from "../features/history";
import { ImagePage } from "../features/images";
import { ProfilesPage, type ProfilesPageProps } from "../features/profiles";
import { RepositoriesPage } from "../features/repositories";
import { SettingsPage, type SettingsPageProps } from "../features/settings";
import type { AwsConnection, Settings } from "../ipc/generated";
import { ConnectionPicker } from "./ConnectionPicker";
import type { Page } from "./routes";
import { WelcomePage } from "./WelcomePage";

/** What the pages can do to the window. */
interface PageActions {
  readonly begin: (page: Page) => void;
  readonly openPage: (page: Page) => void;
  readonly startPractice: () => void;
  readonly chooseAccount: (connection: AwsConnection) => void;
  readonly changeFriendlyName: (change: Partial<FriendlyNameState>) => void;
  readonly openJob: HistoryPageProps["onJob"];
  readonly planAgain: HistoryPageProps["onRequest"];
  readonly chooseProfile: ProfilesPageProps["onUse"];
  readonly changeSettings: SettingsPageProps["onChange"];
  readonly onPracticeReset: () => void;
}

interface OtherPagesProps {
  page: Page | null;
  connection: AwsConnection | null;
  /** The repository that the Repositories page was asked to open. */
  repository: { readonly name: string } | null;
  friendlyName: FriendlyNameState;
  settings: Settings;
  startingPractice: boolean;
  usesPractice: boolean;
  onListed: HistoryPageProps["onListed"];
  actions: PageActions;
}

/** The pages except Migrate. They are memoized: the progress of a migration doesn't render them. */
export const OtherPages = memo(function OtherPages(props: OtherPagesProps) {
  const { page, connection, actions } = props;
  const { begin, chooseAccount } = actions;
  const connectionPicker = <ConnectionPicker connection={connection} onChange={chooseAccount} />;
  switch (page) {
    case "welcome":
      return (
        <WelcomePage
          starting={props.startingPractice}
          onMigrate={() => begin("migrate")}
          onRepositories={() => begin("repositories")}
          onPractice={actions.startPractice}
        />
      );
    case "repositories":
      return (
        <RepositoriesPage
          connection={connection}
          opening={props.repository}
          connectionPicker={connectionPicker}
          onRegion={(region) => {
            if (connection !== null && connection.kind !== "practice") {
              chooseAccount({ ...connection, region });
            }
          }}
          showImage={(image, onClose) =>
            connection !== null && (
              <ImagePage
                key={image.digest}
                connection={connection}
                image={image}
                onClose={onClose}
              />
            )
          }
        />
      );
    case "history":
      return (
        <HistoryPage
          onListed={props.onListed}
          onJob={actions.openJob}
          onRequest={actions.planAgain}
          onMigrate={() => actions.openPage("migrate")}
        />
      );
    case "profiles":
      return <ProfilesPage onUse={actions.chooseProfile} />;
    case "friendlyName":
      return (
        <FriendlyNamePage
          state={props.friendlyName}
          onChange={actions.changeFriendlyName}
          connection={connection}
          connectionPicker={connectionPicker}
        />
      );
    case "settings":
      return (
        <SettingsPage
          settings={props.settings}
          onChange={actions.changeSettings}
          practiceRuns={props.usesPractice}
          connection={connection}
          onPracticeReset={actions.onPracticeReset}
        />
      );
    default:
      return null;
  }
});
