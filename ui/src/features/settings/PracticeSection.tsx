import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { PracticeStatus } from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";
import { InfoLink } from "../../shared/help";
import { StatusText } from "../../shared/StatusText";
import { useRequest } from "../../shared/useRequest";
import { MoveTagModal } from "./MoveTagModal";
import { PracticeEndpoints } from "./PracticeEndpoints";

interface PracticeSectionProps {
  /** Whether the large sample organization is included. */
  large: boolean;
  /** Saves the choice, and returns whether it was saved. */
  onLarge: (large: boolean) => Promise<boolean>;
  /** Whether the practice servers are known to run. */
  running: boolean;
  onReset: ((status: PracticeStatus) => void) | undefined;
}

/** The practice mode section of the settings. */
export function PracticeSection(props: PracticeSectionProps) {
  const { large, onLarge, running, onReset } = props;
  const backend = useBackend();
  // Opening the settings doesn't start the servers.
  const [asked, setAsked] = useState(false);
  const endpoints = useRequest(running || asked ? "practice" : null, () => backend.practiceStart());
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState<"examples" | "reset" | null>(null);
  const [moving, setMoving] = useState(false);
  const [failed, setFailed] = useState<{ name: "examples" | "reset"; error: unknown } | null>(null);

  const run = async (name: "examples" | "reset") => {
    setAsking(false);
    setBusy(name);
    setFailed(null);
    try {
      if (name === "reset") {
        const status = await backend.practiceReset();
        onReset?.(status);
      } else {
        await backend.practiceExamplesCreate();
      }
      setAsked(true);
      endpoints.reload();
    } catch (error) {
      setFailed({ name, error });
    } finally {
      setBusy(null);
    }
  };

  return (
    <Container
      header={
        <Header
          variant="h2"
          info={<InfoLink topic="practice" />}
          description="A registry and a Docker Hub account inside Transload, to try migrations without AWS. Images are kept until you reset practice mode."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {/* It stays, so that the buttons beside it don't move. */}
              <Button
                loading={endpoints.answer === null && endpoints.loading}
                disabled={endpoints.answer !== null}
                disabledReason="The practice servers are running."
                onClick={() => {
                  setAsked(true);
                  endpoints.reload();
                }}
                data-testid="settings-practice-start"
              >
                Start practice servers
              </Button>
              <Button
                disabled={endpoints.answer === null}
                disabledReason="Start the practice servers first."
                onClick={() => setMoving(true)}
                data-testid="settings-practice-move"
              >
                Move tag
              </Button>
              <Button
                loading={busy === "examples"}
                disabled={busy === "reset"}
                onClick={() => void run("examples")}
                data-testid="settings-practice-examples"
              >
                Add example repositories
              </Button>
              <Button
                loading={busy === "reset"}
                disabled={busy === "examples"}
                onClick={() => setAsking(true)}
                data-testid="settings-practice-reset"
              >
                Reset practice mode
              </Button>
            </SpaceBetween>
          }
        >
          Practice mode
        </Header>
      }
    >
      <SpaceBetween size="l">
        {failed !== null && (
          <ErrorAlert
            error={failed.error}
            actions={{
              open_settings: undefined,
              retry: () => void run(failed.name),
            }}
          />
        )}
        {endpoints.error !== null && (
          <ErrorAlert
            error={endpoints.error}
            actions={{ open_settings: undefined, retry: endpoints.reload }}
          />
        )}
        <div role="status" data-testid="settings-practice-result">
          {endpoints.answer !== null ? (
            <StatusText type="success">The practice servers are running.</StatusText>
          ) : (
            <StatusText type={endpoints.loading ? "loading" : "stopped"}>
              {endpoints.loading ? "Starting" : "The practice servers aren’t running."}
            </StatusText>
          )}
        </div>
        <Toggle
          checked={large}
          description="Adds the organization “warehouse” to the Docker Hub account, with 300 repositories of 20 tags each, and one repository with 10,000 tags. Images are generated on demand."
          onChange={({ detail }) => {
            onLarge(detail.checked).then(endpoints.reload);
          }}
          data-testid="settings-practice-large"
        >
          Add a large sample organization
        </Toggle>
        {(endpoints.answer !== null || endpoints.loading) && (
          <PracticeEndpoints status={endpoints.answer} />
        )}
      </SpaceBetween>
      {moving && <MoveTagModal onMoved={() => setMoving(false)} onClose={() => setMoving(false)} />}
      {asking && (
        <ConfirmModal
          header="Reset practice mode"
          closeLabel="Close without resetting"
          confirm="Reset practice mode"
          name="settings-practice-reset"
          onConfirm={() => void run("reset")}
          onClose={() => setAsking(false)}
        >
          This deletes all repositories and images in the practice registry and resets the Docker
          Hub account. It doesn’t change AWS or saved profiles.
        </ConfirmModal>
      )}
    </Container>
  );
}
