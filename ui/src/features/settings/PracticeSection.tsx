import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { PracticeStatus } from "../../ipc/generated";

interface PracticeSectionProps {
  onReset: ((status: PracticeStatus) => void) | undefined;
  errorActions: ErrorActions;
}

/** Puts practice mode back to how it was at first. */
export function PracticeSection({ onReset, errorActions }: PracticeSectionProps) {
  const backend = useBackend();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const reset = async () => {
    setAsking(false);
    setBusy(true);
    setDone(false);
    setError(null);
    try {
      const status = await backend.practiceReset();
      setDone(true);
      onReset?.(status);
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Container
      header={
        <Header
          variant="h2"
          description="An ECR and a Docker Hub account inside Transload, to try it without AWS. What was moved there is kept until it is reset."
          actions={
            <Button
              loading={busy}
              onClick={() => setAsking(true)}
              data-testid="settings-practice-reset"
            >
              Reset practice
            </Button>
          }
        >
          Practice mode
        </Header>
      }
    >
      {error !== null && (
        <ErrorAlert
          error={error}
          actions={{ ...errorActions, open_settings: undefined, retry: () => void reset() }}
        />
      )}
      <div role="status" data-testid="settings-practice-result">
        {done && (
          <StatusIndicator type="success">Practice mode is as it was at first.</StatusIndicator>
        )}
      </div>
      {asking && (
        <Modal
          visible
          header="Reset practice"
          closeAriaLabel="Close without a reset"
          onDismiss={() => setAsking(false)}
          footer={
            <Box float="right">
              <SpaceBetween direction="horizontal" size="xs">
                <Button variant="link" onClick={() => setAsking(false)}>
                  Cancel
                </Button>
                <Button
                  variant="primary"
                  onClick={() => void reset()}
                  data-testid="settings-practice-reset-confirm"
                >
                  Reset practice
                </Button>
              </SpaceBetween>
            </Box>
          }
          data-testid="settings-practice-modal"
        >
          Every repository and image in the practice ECR is removed, and its Docker Hub account is
          as it was at first. Nothing changes in AWS, and saved profiles stay.
        </Modal>
      )}
    </Container>
  );
}
