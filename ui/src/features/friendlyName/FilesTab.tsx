import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { GeneratedFile, GeneratedFileId } from "../../ipc/generated";
import { TextList } from "../../shared/BulletList";
import { EmptyText } from "../../shared/EmptyText";
import { TextField } from "../../shared/TextField";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { ClientFilesSection } from "./ClientFilesSection";
import type { FriendlyNameProps } from "./friendlyNameProps";
import { answersRequest, missingForAnswers } from "./friendlyNameState";
import { NameTargetFields } from "./NameTargetFields";
import { useNameAnswers } from "./useNameAnswers";

/** Shows each generated file with Copy and Save, and installs the files of this computer. */
export function FilesTab(props: FriendlyNameProps) {
  const { state, onChange, connection } = props;
  const backend = useBackend();
  const { error, run, busy, dismiss } = useAsyncAction();
  const [chosen, setChosen] = useState<GeneratedFileId>("nginx");
  const missing = missingForAnswers(state, connection);
  const request = useNameAnswers(state, connection);
  const answers = missing === null ? request.answer : null;
  const files = answers?.answers.flatMap((answer) => answer.files) ?? [];
  const file = files.find(({ id }) => id === chosen) ?? files[0];
  const target = answersRequest(state);

  const save = (saved: GeneratedFile) =>
    void run(async () => {
      const path = await backend.savePathChoose(saved.file_name);
      if (path !== null) {
        await backend.nameFileExport(
          target,
          target.registry === null ? connection : null,
          saved.id,
          path,
        );
      }
    });

  return (
    <SpaceBetween size="m">
      <Container>
        <SpaceBetween size="s">
          <NameTargetFields {...props} />
          <ColumnLayout columns={2}>
            <TextField
              label="DNS server of the proxy"
              optional
              description="Default: the DNS server of a VPC, 169.254.169.253."
              value={state.resolver}
              onChange={(value) => onChange({ resolver: value })}
              placeholder="169.254.169.253"
              testId="files-resolver"
            />
            <TextField
              label="Prefix of Docker Hub images"
              optional
              description="If you copied images of Docker Hub below a prefix, clients can find them by their old names."
              value={state.hubPrefix}
              onChange={(value) => onChange({ hubPrefix: value })}
              placeholder="hub"
              testId="files-hub-prefix"
            />
          </ColumnLayout>
        </SpaceBetween>
      </Container>
      {missing !== null && <EmptyText>{missing}</EmptyText>}
      {request.error !== null && missing === null && (
        <ErrorAlert error={request.error} actions={{ retry: request.reload }} />
      )}
      {error !== null && <ErrorAlert error={error} onDismiss={dismiss} />}
      {answers !== null && file !== undefined && (
        <>
          <Container
            header={
              <Header
                variant="h2"
                description={file.place}
                actions={
                  <SpaceBetween direction="horizontal" size="xs">
                    <CopyToClipboard
                      copyButtonText="Copy"
                      copySuccessText="Copied"
                      copyErrorText="Couldn’t copy to the clipboard"
                      textToCopy={file.text}
                    />
                    <Button loading={busy} onClick={() => save(file)} data-testid="file-save">
                      Save
                    </Button>
                  </SpaceBetween>
                }
              >
                {file.title}
              </Header>
            }
          >
            <SpaceBetween size="s">
              <FormField label="File">
                <Select
                  selectedOption={{ label: file.title, value: file.id }}
                  options={answers.answers.map((answer) => ({
                    label: `${answer.letter}. ${answer.title}`,
                    options: answer.files.map(({ id, title, file_name }) => ({
                      label: title,
                      value: id,
                      description: file_name,
                    })),
                  }))}
                  onChange={({ detail }) =>
                    setChosen(detail.selectedOption.value as GeneratedFileId)
                  }
                  data-testid="file-select"
                />
              </FormField>
              {file.warning !== null && <Alert type="warning">{file.warning}</Alert>}
              <FileText file={file} />
              <TextList texts={file.notes} />
            </SpaceBetween>
          </Container>
          <ClientFilesSection
            key={JSON.stringify([target, connection])}
            request={target}
            connection={target.registry === null ? connection : null}
          />
        </>
      )}
    </SpaceBetween>
  );
}

function FileText({ file }: { file: GeneratedFile }) {
  return (
    <section
      style={{ maxBlockSize: 380, overflow: "auto", whiteSpace: "pre" }}
      // A scrollable region must be reachable by keyboard.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
      tabIndex={0}
      aria-label={file.title}
      data-testid="file-text"
    >
      <Box variant="code">{file.text}</Box>
    </section>
  );
}
