import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import type {
  AwsConnection,
  Commands,
  PullClient,
  PullGuide,
  PullGuidesRequest,
} from "../../ipc/generated";
import { TextList } from "../BulletList";
import { CopyableText, CopyButton } from "../CopyableText";
import { connectionKey } from "../connection";
import { PolicyText } from "../PolicyText";
import { useRequest } from "../useRequest";
import { Prerequisites } from "./Prerequisites";

/** The commands that the section requires. */
type PullGuideCalls = Pick<Commands, "pullGuides" | "pullPrerequisites">;

interface PullGuidesSectionProps {
  backend: PullGuideCalls;
  connection: AwsConnection;
  repository: string;
  tag: string | null;
  digest: string | null;
  /** A name of one's own in front of the registry. */
  name?: string | null;
}

/** How each client pulls an image, by tag or by digest, and whether this computer can. */
export function PullGuidesSection(props: PullGuidesSectionProps) {
  const { backend, connection, repository, tag, digest, name = null } = props;
  const [wanted, setWanted] = useState<"tag" | "digest">("tag");
  const [client, setClient] = useState<PullClient>("docker");
  const reference = (wanted === "digest" ? (digest ?? tag) : (tag ?? digest)) ?? "latest";
  const request: PullGuidesRequest = { repository, reference, name };
  const key = JSON.stringify([connectionKey(connection), request]);
  const guides = useRequest(key, () => backend.pullGuides(request, connection));
  const list = guides.answer?.guides ?? [];
  const guide = list.find((one) => one.client === client) ?? list[0];

  return (
    <SpaceBetween size="m">
      <Prerequisites key={key} ask={() => backend.pullPrerequisites(request, connection)} />
      {guides.error !== null && (
        <ErrorAlert error={guides.error} actions={{ retry: guides.reload }} />
      )}
      <ColumnLayout columns={2}>
        <FormField label="Client">
          <Select
            selectedOption={
              guide === undefined ? null : { label: guide.title, value: guide.client }
            }
            options={list.map(({ title, client: value }) => ({ label: title, value }))}
            statusType={guides.loading ? "loading" : "finished"}
            loadingText="Loading guides"
            placeholder="Choose a client"
            onChange={({ detail }) => setClient(detail.selectedOption.value as PullClient)}
            data-testid="pull-client"
          />
        </FormField>
        {tag !== null && digest !== null && (
          <FormField label="Pull by">
            <SegmentedControl
              label="Pull by"
              selectedId={wanted}
              onChange={({ detail }) => setWanted(detail.selectedId as "tag" | "digest")}
              options={[
                { id: "tag", text: "Tag" },
                { id: "digest", text: "Digest" },
              ]}
              data-testid="pull-by"
            />
          </FormField>
        )}
      </ColumnLayout>
      {guides.answer !== null && <CopyableText text={guides.answer.image} what="image" />}
      {guide !== undefined && <Guide guide={guide} />}
    </SpaceBetween>
  );
}

function Guide({ guide }: { guide: PullGuide }) {
  return (
    <div data-testid={`pull-guide-${guide.client}`}>
      <SpaceBetween size="s">
        {guide.steps.map((step) => (
          <div key={step.text}>
            <Box variant="awsui-key-label">{step.text}</Box>
            {step.code !== null && (
              <div style={{ display: "flex", gap: "8px", alignItems: "flex-start" }}>
                <CopyButton text={step.code} what={step.text.replace(/:$/, "")} />
                <div style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                  <Box variant="code">{step.code}</Box>
                </div>
              </div>
            )}
          </div>
        ))}
        <TextList texts={guide.notes} />
        {guide.policy !== null && (
          <ExpandableSection
            headerText={`Policy for ${lowerFirst(guide.policy_for ?? "the caller")}`}
          >
            <PolicyText policy={guide.policy} />
          </ExpandableSection>
        )}
      </SpaceBetween>
    </div>
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
