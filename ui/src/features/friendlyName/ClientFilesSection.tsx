import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type {
  AwsConnection,
  ClientFile,
  ClientFileState,
  NameAnswersRequest,
} from "../../ipc/generated";
import { StatusText } from "../../shared/StatusText";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";

interface ClientFilesSectionProps {
  request: NameAnswersRequest;
  connection: AwsConnection | null;
}

const states: Record<ClientFileState, { type: "success" | "info" | "warning"; text: string }> = {
  not_installed: { type: "info", text: "Not installed" },
  installed: { type: "success", text: "Installed" },
  different: { type: "warning", text: "A file with another content exists" },
};

/** Installs the files of this computer after showing them, and undoes it. */
export function ClientFilesSection({ request, connection }: ClientFilesSectionProps) {
  const backend = useBackend();
  const listed = useRequest("client-files", () => backend.nameClientFiles(request, connection));
  const { error, run, buttonState, dismiss } = useAsyncAction();
  const files = listed.answer ?? [];

  const undo = (file: ClientFile) =>
    void run(async () => {
      await backend.nameClientFileUndo(request, connection, file.id);
      listed.reload();
    }, `undo ${file.id}`);
  const install = (file: ClientFile) =>
    void run(async () => {
      await backend.nameClientFileApply(request, connection, file.id);
      listed.reload();
    }, `install ${file.id}`);

  return (
    <Container
      header={
        <Header variant="h2" description="Clients on this computer that can rename.">
          Install on this computer
        </Header>
      }
      data-testid="client-files"
    >
      <SpaceBetween size="m">
        {listed.error !== null && (
          <ErrorAlert error={listed.error} actions={{ retry: listed.reload }} />
        )}
        {error !== null && <ErrorAlert error={error} onDismiss={dismiss} />}
        {files.map((file) => (
          <div key={file.id} data-testid={`client-file-${file.id}`}>
            <SpaceBetween size="xs">
              <Box variant="h3">{file.title}</Box>
              <StatusText type={states[file.state].type}>{states[file.state].text}</StatusText>
              <ExpandableSection headerText={`Content of ${file.path}`} variant="footer">
                {file.before !== null && (
                  <>
                    <Box variant="awsui-key-label">Now</Box>
                    <div style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                      <Box variant="code">{file.before}</Box>
                    </div>
                    <Box variant="awsui-key-label">After installing</Box>
                  </>
                )}
                <div style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                  <Box variant="code">{file.text}</Box>
                </div>
              </ExpandableSection>
              <SpaceBetween direction="horizontal" size="xs">
                {file.state !== "installed" && (
                  <Button
                    {...buttonState(`install ${file.id}`)}
                    onClick={() => install(file)}
                    data-testid={`client-file-${file.id}-install`}
                  >
                    {file.state === "different" ? "Replace file" : "Install file"}
                  </Button>
                )}
                {file.undoable && (
                  <Button
                    {...buttonState(`undo ${file.id}`)}
                    onClick={() => undo(file)}
                    data-testid={`client-file-${file.id}-undo`}
                  >
                    Undo
                  </Button>
                )}
              </SpaceBetween>
            </SpaceBetween>
          </div>
        ))}
      </SpaceBetween>
    </Container>
  );
}
