/** The sections of the settings about the program: its log, its version and its folders. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AppInfo } from "../../ipc/generated";
import { CopyableText } from "../../shared/CopyableText";
import { type Request, useRequest } from "../../shared/useRequest";

interface LogSectionProps {
  /** Folder of the log files, once known. */
  folder: string | null;
}

/** Both sections. The answer that they wait for renders no other section. */
export function ProgramSections() {
  const backend = useBackend();
  const info = useRequest("info", () => backend.appInfo());
  return (
    <SpaceBetween size="l">
      <LogSection folder={info.answer?.log_folder ?? null} />
      <AboutSection request={info} />
    </SpaceBetween>
  );
}

/** The log section of the settings. */
function LogSection({ folder }: LogSectionProps) {
  const backend = useBackend();
  const [error, setError] = useState<unknown>(null);
  const open = () => {
    setError(null);
    backend.logFolderOpen().catch((caught: unknown) => setError(caught));
  };

  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button onClick={open} data-testid="settings-log-open">
              Open log folder
            </Button>
          }
        >
          Log
        </Header>
      }
    >
      <SpaceBetween size="m">
        {error !== null && (
          <ErrorAlert
            error={error}
            actions={{
              open_settings: undefined,
              open_log: undefined,
              retry: open,
            }}
            onDismiss={() => setError(null)}
          />
        )}
        <div>
          The log contains times, addresses, digests, and the names of profiles, repositories, and
          images. It contains no secrets such as keys, passwords, or tokens. It is safe to attach to
          a support request.
        </div>
        <KeyValuePairs
          items={[
            {
              label: "Log folder",
              value: folder === null ? "–" : <CopyableText text={folder} what="log folder" />,
            },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

interface AboutSectionProps {
  request: Request<AppInfo>;
}

/** The about section of the settings. */
function AboutSection({ request }: AboutSectionProps) {
  const info = request.answer;

  return (
    <Container header={<Header variant="h2">About Transload</Header>} data-testid="settings-about">
      <SpaceBetween size="m">
        {request.error !== null && (
          <ErrorAlert error={request.error} actions={{ retry: request.reload }} />
        )}
        <KeyValuePairs
          columns={3}
          items={[
            { label: "Version", value: info?.version ?? "–" },
            { label: "License", value: "Apache-2.0" },
            {
              label: "Data folder",
              value:
                info === null ? "–" : <CopyableText text={info.data_folder} what="data folder" />,
            },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}
