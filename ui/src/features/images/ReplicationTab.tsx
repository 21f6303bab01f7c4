import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useBackend } from "../../ipc";
import type { AwsConnection, ImageReplication, ReplicationStatus } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { formatCount } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";
import { RequestStatus } from "../../shared/RequestStatus";
import { isKnown, reportedText } from "../../shared/reported";
import { StatusText } from "../../shared/StatusText";
import { useRequest } from "../../shared/useRequest";

const stateTexts: Record<
  ReplicationStatus,
  { readonly label: string; readonly type: StatusIndicatorProps.Type }
> = {
  in_progress: { label: "In progress", type: "in-progress" },
  complete: { label: "Replicated", type: "success" },
  failed: { label: "Failed", type: "error" },
};

function stateText(state: ImageReplication["state"]) {
  return isKnown(state)
    ? stateTexts[state]
    : ({ label: reportedText(state, String), type: "warning" } as const);
}

interface ReplicationTabProps {
  connection: AwsConnection;
  repository: string;
  digest: string;
}

/** Where ECR replicates the image to. Read only when the tab is opened. */
export function ReplicationTab(props: ReplicationTabProps) {
  const { connection, repository, digest } = props;
  const backend = useBackend();
  const key = JSON.stringify([connectionKey(connection), repository, digest]);
  const request = useRequest(key, () => backend.imageReplication(connection, repository, digest));
  if (request.error !== null || request.answer === null) {
    return <RequestStatus request={request} loading="Reading the replication status" />;
  }
  const rows = request.answer.map((one, index) => ({ ...one, id: `${index}` }));
  return (
    <PagedTable<ImageReplication & { id: string }>
      name="image-replication"
      variant="container"
      header={
        <Header
          variant="h2"
          counter={`(${formatCount(rows.length)})`}
          description="Regions and accounts that ECR copies this image to."
        >
          Replication
        </Header>
      }
      items={rows}
      trackBy="id"
      finds="regions and accounts"
      words={({ region, account }) => [region, account]}
      ariaLabels={{ tableLabel: "Replication" }}
      empty={
        <Box textAlign="center" data-testid="replication-none">
          <SpaceBetween size="xxs">
            <Box variant="strong">Not replicated</Box>
            <Box>
              No replication rule of the registry matches this repository, or the image was pushed
              before the rule existed.
            </Box>
          </SpaceBetween>
        </Box>
      }
      columnDefinitions={[
        { id: "region", header: "Region", isRowHeader: true, cell: ({ region }) => region },
        { id: "account", header: "Account", cell: ({ account }) => account },
        {
          id: "state",
          header: "Status",
          cell: ({ state, failure_code }) => (
            <StatusText type={stateText(state).type}>
              {failure_code === null
                ? stateText(state).label
                : `${stateText(state).label}: ${failure_code}`}
            </StatusText>
          ),
        },
      ]}
      data-testid="replication"
    />
  );
}
