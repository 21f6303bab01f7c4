import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import { FollowingTabs } from "../../shared/FollowingTabs";
import { InfoLink } from "../../shared/help";
import { AnswersTab } from "./AnswersTab";
import { DiagnoseTab } from "./DiagnoseTab";
import { FilesTab } from "./FilesTab";
import type { FriendlyNameProps } from "./friendlyNameProps";
import type { FriendlyNameTab } from "./friendlyNameState";
import { PullTab } from "./PullTab";
import { TestTab } from "./TestTab";

/** The page of a name of one's own in front of ECR: diagnose, choose an answer, generate the files. */
export function FriendlyNamePage(props: FriendlyNameProps) {
  const { state, onChange } = props;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          info={<InfoLink topic="friendly_name" />}
          description="A name of your own in front of Amazon ECR, such as registry.example.com."
        >
          Friendly name
        </Header>
      }
    >
      <FollowingTabs
        activeTabId={state.tab}
        onChange={({ detail }) => onChange({ tab: detail.activeTabId as FriendlyNameTab })}
        ariaLabel="Friendly name"
        tabs={[
          // A test that runs stays while another tab is shown.
          {
            id: "diagnose",
            label: "Diagnose",
            contentRenderStrategy: "lazy",
            content: <DiagnoseTab {...props} />,
          },
          { id: "answers", label: "Choose an answer", content: <AnswersTab {...props} /> },
          { id: "files", label: "Generate files", content: <FilesTab {...props} /> },
          {
            id: "test",
            label: "Test this name",
            contentRenderStrategy: "lazy",
            content: <TestTab {...props} />,
          },
          { id: "pull", label: "Pull from anywhere", content: <PullTab {...props} /> },
        ]}
        data-testid="friendly-name-tabs"
      />
    </ContentLayout>
  );
}
