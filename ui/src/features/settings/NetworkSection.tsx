import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { CaFile, CaFileOrigin, NetworkStatus } from "../../ipc/generated";
import { BulletList } from "../../shared/BulletList";
import { formatCount, formatCounted, formatDay } from "../../shared/format";
import { InfoLink } from "../../shared/help";
import { StatusText } from "../../shared/StatusText";
import { useRequest } from "../../shared/useRequest";
import "./settings.css";

interface NetworkSectionProps {
  caFile: string | null;
  /** Saves or removes the file, and returns whether it was saved. */
  onKeep: (caFile: string | null) => Promise<boolean>;
}

const originLabels: Record<CaFileOrigin, string> = {
  settings: "selected in Settings",
  aws_ca_bundle: "from AWS_CA_BUNDLE",
  profile: "from ca_bundle of an AWS profile",
};

/** Clock difference that is reported. AWS accepts at most five minutes. */
const clockToleranceSeconds = 60;

/** The network section of the settings: proxy, certificate authorities, and clock. */
export function NetworkSection({ caFile, onKeep }: NetworkSectionProps) {
  const backend = useBackend();
  const status = useRequest("network", () => backend.networkStatus());
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  /** Saves a file, then reloads the network status. */
  const keep = async (path: string | null) => {
    setFailure(null);
    if (await onKeep(path)) {
      status.reload();
    }
  };

  const choose = async () => {
    setFailure(null);
    setBusy(true);
    try {
      const path = await backend.openPathChoose();
      if (path !== null) {
        await backend.caFileCheck(path);
        await keep(path);
      }
    } catch (caught) {
      setFailure(caught);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Container
      header={
        <Header
          variant="h2"
          info={<InfoLink topic="network" />}
          description="Connections to AWS, Docker Hub, and registries. Local connections don’t use a proxy."
        >
          Network
        </Header>
      }
    >
      <SpaceBetween size="m">
        {status.error !== null && (
          <ErrorAlert
            error={status.error}
            actions={{ open_settings: undefined, retry: status.reload }}
          />
        )}
        <Facts status={status.answer} />
        <FormField
          label="CA file"
          description="Additional trusted certificate authorities, for example the authority of a corporate proxy. Transload reads the file at startup."
        >
          <SpaceBetween size="s">
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                loading={busy}
                onClick={() => void choose()}
                data-testid="settings-ca-file-choose"
              >
                {caFile === null ? "Choose file" : "Choose another file"}
              </Button>
              {caFile !== null && (
                <Button onClick={() => void keep(null)} data-testid="settings-ca-file-remove">
                  Remove file
                </Button>
              )}
            </SpaceBetween>
            <div role="status" data-testid="settings-ca-files">
              <CaFiles files={status.answer?.ca_files ?? null} />
            </div>
          </SpaceBetween>
        </FormField>
        {failure !== null && (
          <ErrorAlert
            error={failure}
            actions={{ open_settings: undefined }}
            onDismiss={() => setFailure(null)}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}

/** The facts, or their places until they are known. */
function Facts({ status }: { status: NetworkStatus | null }) {
  return (
    <KeyValuePairs
      columns={3}
      items={[
        {
          label: "Proxy",
          value: (
            <span data-testid="settings-proxy">{status === null ? "–" : proxyText(status)}</span>
          ),
        },
        { label: "Proxy exceptions", value: status === null ? "–" : exceptions(status) },
        {
          label: "System clock",
          value: status === null ? "–" : clockText(status.clock_behind_seconds),
        },
      ]}
    />
  );
}

function proxyText(status: NetworkStatus): ReactNode {
  const found = status.proxy_origin === "environment" ? "from the environment" : "of the system";
  const lines = status.proxies.map((proxy) => {
    const login = proxy.has_login ? ", with a login" : "";
    return (
      <div key={proxy.scheme}>
        {proxy.address} for {proxy.scheme}, {found}
        {login}
      </div>
    );
  });
  return (
    <>
      {lines.length === 0 ? "None (direct connections)" : lines}
      {status.unusable_variables.map((name) => (
        <StatusText key={name} type="warning">
          {name} is set but contains no valid proxy, so Transload connects directly
        </StatusText>
      ))}
      {status.contradicting_variables.map(({ for_registries, for_aws }) => (
        <StatusText key={for_aws} type="warning">
          {for_registries} and {for_aws} differ. Connections to registries use {for_registries},
          like Docker. Connections to AWS use {for_aws}, like the AWS CLI.
        </StatusText>
      ))}
    </>
  );
}

function exceptions(status: NetworkStatus): string {
  if (status.proxies.length === 0) {
    return "Not required";
  }
  if (status.proxy_exceptions !== null) {
    return `${status.proxy_exceptions} (NO_PROXY)`;
  }
  return status.proxy_origin === "system" ? "System settings" : "None (NO_PROXY is not set)";
}

function clockText(behindSeconds: number | null): ReactNode {
  if (behindSeconds === null) {
    return "Not checked yet";
  }
  if (Math.abs(behindSeconds) <= clockToleranceSeconds) {
    return <StatusText type="success">Correct</StatusText>;
  }
  const minutes = Math.round(Math.abs(behindSeconds) / 60);
  return (
    <StatusText type="warning">
      {formatCounted(minutes, "minute", "minutes")} {behindSeconds > 0 ? "behind" : "ahead"}
    </StatusText>
  );
}

/** Maximum number of shown certificates. System files contain more than a hundred. */
const certificatesShown = 5;

/** One line, whatever the files contain: what is below doesn't move when they were read. */
function CaFiles({ files }: { files: readonly CaFile[] | null }) {
  const unusable = files?.filter(({ error }) => error !== null) ?? [];
  return (
    <div className="ca-files">
      {files === null ? (
        <StatusText type="loading">Reading CA files</StatusText>
      ) : files.length === 0 ? (
        <Box color="text-body-secondary">No CA file in use</Box>
      ) : (
        <ExpandableSection
          variant="inline"
          headerText={
            unusable.length === 0 ? (
              certificatesText(files)
            ) : (
              <StatusText type="warning">
                {`${formatCounted(unusable.length, "CA file is", "CA files are")} invalid`}
              </StatusText>
            )
          }
          data-testid="settings-certificates"
        >
          <SpaceBetween size="xs">
            {files.map((file) => (
              <CaFileContent key={`${file.origin} ${file.path}`} file={file} />
            ))}
          </SpaceBetween>
        </ExpandableSection>
      )}
    </div>
  );
}

/** The number of certificates, for example `3 certificates from 1 CA file`. */
function certificatesText(files: readonly CaFile[]): string {
  const certificates = files.reduce((sum, file) => sum + file.certificates.length, 0);
  const from = formatCounted(files.length, "CA file", "CA files");
  return `${formatCounted(certificates, "certificate", "certificates")} from ${from}`;
}

function CaFileContent({ file }: { file: CaFile }) {
  return (
    <div style={{ overflowWrap: "break-word" }}>
      {file.error === null ? (
        <>
          <StatusText type="success">
            {file.path} ({originLabels[file.origin]})
          </StatusText>
          <BulletList>
            {file.certificates.slice(0, certificatesShown).map((certificate) => (
              <li key={`${certificate.name} ${certificate.not_after_ms}`}>
                {certificate.name}, until {formatDay(certificate.not_after_ms)}
              </li>
            ))}
            {file.certificates.length > certificatesShown && (
              <li>and {formatCount(file.certificates.length - certificatesShown)} more</li>
            )}
          </BulletList>
        </>
      ) : (
        <StatusText type="warning">
          {file.error.message} This file is {originLabels[file.origin]}. Connections don’t use it.
        </StatusText>
      )}
    </div>
  );
}
