import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { ErrorActionsProvider, ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc";
import type {
  AwsConnection,
  RegistryConfiguration,
  ReplicationBackfill,
} from "../../../ipc/generated";
import { connectionKey } from "../../../shared/connection";
import { formatCount } from "../../../shared/format";
import { InfoLink } from "../../../shared/help";
import { PagedTable } from "../../../shared/PagedTable";
import { RelativeTime } from "../../../shared/RelativeTime";
import { reportedText, unchangeableReason } from "../../../shared/reported";
import { type Request, useRequest } from "../../../shared/useRequest";
import { CacheRulesCard } from "./CacheRulesCard";
import { ChangeModal } from "./ChangeModal";
import { ExclusionsCard } from "./ExclusionsCard";
import { withLastRead } from "./lastRead";
import { RegistryCard } from "./RegistryCard";
import { RegistryPolicyCard } from "./RegistryPolicyCard";
import { ReplicationForm, SigningForm } from "./RuleForms";
import { replicationWords, scanningWords, scanVersionText, signingWords } from "./registryWords";
import { ScanningForm } from "./ScanningForm";
import { TemplatesCard } from "./TemplatesCard";

interface RegistrySettingsTabProps {
  connection: AwsConnection;
}

type Editing = "scanning" | "replication" | "signing" | "mounting";

/** The configuration of the registry, a card for each part. Every change is confirmed. */
export function RegistrySettingsTab({ connection }: RegistrySettingsTabProps) {
  const backend = useBackend();
  const request: Request<RegistryConfiguration> = useRequest(connectionKey(connection), async () =>
    withLastRead(request.answer, await backend.registryConfiguration(connection)),
  );
  const [editing, setEditing] = useState<Editing | null>(null);
  const configuration = request.answer;
  const actions = { retry: request.reload };
  const header = (
    <Header
      variant="h1"
      info={<InfoLink topic="registry_settings" />}
      actions={
        <Button
          iconName="refresh"
          ariaLabel="Refresh registry settings"
          loading={request.loading && configuration !== null}
          onClick={request.reload}
          data-testid="registry-refresh"
        />
      }
    >
      Registry settings
    </Header>
  );
  if (configuration === null) {
    return (
      <SpaceBetween size="s">
        {header}
        {request.error !== null ? (
          <ErrorAlert error={request.error} actions={actions} />
        ) : (
          <Box>
            <Spinner /> Loading registry settings
          </Box>
        )}
      </SpaceBetween>
    );
  }
  const change = { connection, onChanged: request.reload };
  const form = { ...change, onClose: () => setEditing(null) };
  const edit = (part: Editing, what: string, settings: unknown = null) => (
    <Button
      ariaLabel={`Edit ${what}`}
      disabled={unchangeableReason(settings) !== undefined}
      disabledReason={unchangeableReason(settings)}
      onClick={() => setEditing(part)}
      data-testid={`registry-edit-${part}`}
    >
      Edit
    </Button>
  );
  const isMounting = configuration.blob_mounting === true;
  return (
    <ErrorActionsProvider actions={actions}>
      <SpaceBetween size="m">
        {header}
        {request.error !== null && <ErrorAlert error={request.error} />}
        <RegistryCard
          configuration={configuration}
          part="scanning"
          title="Scanning"
          actions={edit("scanning", "scanning", configuration.scanning)}
        >
          <Sentences
            sentences={scanningWords(configuration.scanning ?? { scan_type: "basic", rules: [] })}
          />
        </RegistryCard>
        <RegistryCard
          configuration={configuration}
          part="replication"
          title="Replication"
          description="Images are copied to other Regions and accounts on push."
          actions={edit("replication", "replication", configuration.replication)}
        >
          <Sentences
            sentences={replicationWords(configuration.replication ?? [])}
            none="No replication"
          />
        </RegistryCard>
        {((configuration.backfills?.length ?? 0) > 0 ||
          configuration.errors.some(({ part }) => part === "backfills")) && (
          <RegistryCard
            configuration={configuration}
            part="backfills"
            title="Replication backfills"
            description="Copies of images that existed before a rule, of the last 90 days."
          >
            <Backfills backfills={configuration.backfills ?? []} />
          </RegistryCard>
        )}
        <CacheRulesCard {...change} configuration={configuration} />
        <TemplatesCard {...change} configuration={configuration} />
        <RegistryCard
          configuration={configuration}
          part="account_settings"
          title="Account settings"
          actions={
            <Button
              disabled={unchangeableReason(configuration.blob_mounting) !== undefined}
              disabledReason={unchangeableReason(configuration.blob_mounting)}
              onClick={() => setEditing("mounting")}
              data-testid="registry-edit-mounting"
            >
              {isMounting ? "Turn off blob mounting" : "Turn on blob mounting"}
            </Button>
          }
        >
          <KeyValuePairs
            columns={2}
            items={[
              {
                label: "Blob mounting",
                value: reportedText(configuration.blob_mounting ?? false, (on) =>
                  on ? "On" : "Off",
                ),
              },
              { label: "Basic scanning", value: scanVersionText(configuration.scan_version) },
            ]}
          />
        </RegistryCard>
        <ExclusionsCard {...change} configuration={configuration} />
        <RegistryCard
          configuration={configuration}
          part="signing"
          title="Signing"
          actions={edit("signing", "signing", configuration.signing)}
        >
          <Sentences
            sentences={signingWords(configuration.signing ?? [])}
            none="No signing on push"
          />
        </RegistryCard>
        <RegistryPolicyCard {...change} configuration={configuration} />
        {editing === "scanning" && configuration.scanning !== null && (
          <ScanningForm {...form} scanning={configuration.scanning} />
        )}
        {editing === "replication" && configuration.replication !== null && (
          <ReplicationForm {...form} rules={configuration.replication} />
        )}
        {editing === "signing" && configuration.signing !== null && (
          <SigningForm {...form} rules={configuration.signing} />
        )}
        {editing === "mounting" && (
          <ChangeModal
            {...form}
            title="Blob mounting"
            confirm={isMounting ? "Turn off blob mounting" : "Turn on blob mounting"}
            change={{ kind: "blob_mounting", is_on: !isMounting }}
          >
            <Box>
              {isMounting
                ? "Pushes send every layer again, also one that another repository has. Existing images stay as they are."
                : "Pushes use layers that another repository of this registry has, instead of sending them again. Both repositories need the same encryption."}
            </Box>
          </ChangeModal>
        )}
      </SpaceBetween>
    </ErrorActionsProvider>
  );
}

function Sentences({ sentences, none = "None" }: { sentences: readonly string[]; none?: string }) {
  return sentences.length === 0 ? (
    <Box>{none}</Box>
  ) : (
    <div>
      {sentences.map((sentence) => (
        <Box key={sentence}>{sentence}</Box>
      ))}
    </div>
  );
}

function Backfills({ backfills }: { backfills: readonly ReplicationBackfill[] }) {
  return (
    <PagedTable
      name="backfills"
      variant="embedded"
      items={backfills}
      trackBy="id"
      ariaLabels={{ tableLabel: "Replication backfills" }}
      columnDefinitions={[
        {
          id: "destination",
          header: "Destination",
          isRowHeader: true,
          cell: ({ destination }) =>
            destination === null ? "–" : `${destination.region} (${destination.account})`,
        },
        {
          id: "status",
          header: "Status",
          cell: ({ status, failure }) => (
            <span title={failure ?? undefined}>{status.toLowerCase().replaceAll("_", " ")}</span>
          ),
        },
        {
          id: "images",
          header: "Images",
          cell: ({ completed, failed, total }) =>
            `${formatCount(completed)} of ${formatCount(total)}${failed > 0 ? `, ${formatCount(failed)} failed` : ""}`,
        },
        {
          id: "started",
          header: "Started",
          cell: ({ started_at_ms }) => <RelativeTime timeMs={started_at_ms} />,
        },
        {
          id: "ended",
          header: "Ended",
          cell: ({ ended_at_ms }) => <RelativeTime timeMs={ended_at_ms} />,
        },
      ]}
    />
  );
}
