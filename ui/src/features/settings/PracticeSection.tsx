import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { PracticeStatus } from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";
import { useRequest } from "../../shared/useRequest";
import { MoveTagModal } from "./MoveTagModal";
import { PracticeEndpoints } from "./PracticeEndpoints";

interface PracticeSectionProps {
  /** Whether the practice account has an organisation with very many repositories. */
  large: boolean;
  /** Keeps the choice; answers whether it was kept. */
  onLarge: (large: boolean) => Promise<boolean>;
  /** Whether the practice servers run as far as the frame knows. */
  running: boolean;
  onReset: ((status: PracticeStatus) => void) | undefined;
  errorActions: ErrorActions;
}

/** Where practice mode's servers are; puts them back to how they were at first. */
export function PracticeSection(props: PracticeSectionProps) {
  const { large, onLarge, running, onReset, errorActions } = props;
  const backend = useBackend();
  // Looking at the settings starts nothing: only servers that run, or are asked for, are shown.
  const [asked, setAsked] = useState(false);
  const endpoints = useRequest(running || asked ? "practice" : null, () => backend.practiceStart());
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<string | null>(null);
  const [moving, setMoving] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const reset = async () => {
    setAsking(false);
    setBusy(true);
    setDone(null);
    setError(null);
    try {
      const status = await backend.practiceReset();
      setDone("Practice mode is as it was at first.");
      setAsked(true);
      endpoints.reload();
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
            <SpaceBetween direction="horizontal" size="xs">
              {endpoints.answer === null && (
                <Button
                  loading={endpoints.loading}
                  onClick={() => {
                    setAsked(true);
                    endpoints.reload();
                  }}
                  data-testid="settings-practice-start"
                >
                  Start practice servers
                </Button>
              )}
              <Button
                disabled={endpoints.answer === null}
                disabledReason="Start the practice servers first."
                onClick={() => setMoving(true)}
                data-testid="settings-practice-move"
              >
                Move a tag
              </Button>
              <Button
                loading={busy}
                onClick={() => setAsking(true)}
                data-testid="settings-practice-reset"
              >
                Reset practice
              </Button>
            </SpaceBetween>
          }
        >
          Practice mode
        </Header>
      }
    >
      <SpaceBetween size="l">
        {error !== null && (
          <ErrorAlert
            error={error}
            actions={{ ...errorActions, open_settings: undefined, retry: () => void reset() }}
          />
        )}
        {endpoints.error !== null && (
          <ErrorAlert
            error={endpoints.error}
            actions={{ ...errorActions, open_settings: undefined, retry: endpoints.reload }}
          />
        )}
        <div role="status" data-testid="settings-practice-result">
          {done !== null ? (
            <StatusIndicator type="success">{done}</StatusIndicator>
          ) : (
            endpoints.answer === null && (
              <StatusIndicator type={endpoints.loading ? "loading" : "stopped"}>
                {endpoints.loading ? "Starting" : "The practice servers are not running."}
              </StatusIndicator>
            )
          )}
        </div>
        <Toggle
          checked={large}
          description="Its Docker Hub account then belongs to the organisation “warehouse” too: 300 repositories with 20 tags each, and one with 10,000 tags. They take no room: each image is made when it is asked for."
          onChange={({ detail }) => {
            onLarge(detail.checked).then(endpoints.reload);
          }}
          data-testid="settings-practice-large"
        >
          A large organisation to try Transload with
        </Toggle>
        {endpoints.answer !== null && <PracticeEndpoints status={endpoints.answer} />}
      </SpaceBetween>
      {moving && (
        <MoveTagModal
          errorActions={errorActions}
          onMoved={(said) => {
            setDone(said);
            setMoving(false);
          }}
          onClose={() => setMoving(false)}
        />
      )}
      {asking && (
        <ConfirmModal
          header="Reset practice"
          closeLabel="Close without a reset"
          confirm="Reset practice"
          name="settings-practice-reset"
          onConfirm={() => void reset()}
          onClose={() => setAsking(false)}
        >
          Every repository and image in the practice ECR is removed, and its Docker Hub account is
          as it was at first. Nothing changes in AWS, and saved profiles stay.
        </ConfirmModal>
      )}
    </Container>
  );
}
