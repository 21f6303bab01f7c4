import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useId } from "react";
import { ErrorAlert } from "../../../errors";
import type { RegistryReadProgress, RepositoryContents } from "../../../ipc/generated";
import { formatCount, formatCounted } from "../../../shared/format";
import { RelativeTime } from "../../../shared/RelativeTime";
import "./registry.css";
import type { RegistryContentsState } from "./useRegistryContents";

/** When the oldest list was read, or `null` if a repository was never listed. */
function oldestList(repositories: readonly RepositoryContents[]): number | null {
  const times = repositories.map(({ listed_at_ms }) => listed_at_ms);
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

interface ContentsStatusProps {
  state: RegistryContentsState;
}

/** How much of the registry is known, how old it is, and the read that updates it. */
export function ContentsStatus({ state }: ContentsStatusProps) {
  const { contents, progress, unread } = state;
  const repositories = contents?.repositories ?? [];
  const listed = repositories.filter(({ listed_at_ms }) => listed_at_ms !== null);
  const oldest = oldestList(repositories);
  const first = unread[0];
  return (
    <SpaceBetween size="xs">
      {state.error !== null && (
        <ErrorAlert
          error={state.error}
          actions={{
            retry: contents === null ? state.reload : state.read,
          }}
        />
      )}
      {first !== undefined && (
        <Alert
          type="warning"
          header={`${formatCounted(unread.length, "repository wasn’t", "repositories weren’t")} read`}
          data-testid="contents-unread"
        >
          {`${unread.map(({ repository }) => repository).join(", ")}. ${first.error.message}`}
        </Alert>
      )}
      {(progress !== null || contents !== null) && (
        <SpaceBetween direction="horizontal" size="m" alignItems="center">
          <ReadButton state={state} disabled={repositories.length === 0} />
          <div className="contents-status">
            {progress !== null ? (
              <ListingStatus progress={progress} />
            ) : (
              <Box color="text-body-secondary" data-testid="contents-status">
                {repositories.length === 0
                  ? "This account has no repositories in this Region."
                  : `${formatCount(listed.length)} of ${formatCounted(repositories.length, "repository", "repositories")} listed.`}
                {oldest !== null && (
                  <>
                    {" Oldest list: "}
                    <RelativeTime timeMs={oldest} />.
                  </>
                )}
              </Box>
            )}
          </div>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}

/** The bar of a running read and its numbers, in the line of the status that it replaces. */
function ListingStatus({ progress }: { progress: RegistryReadProgress }) {
  const id = useId();
  const { repositories, repositories_read, images } = progress;
  return (
    <>
      <div className="contents-progress">
        <ProgressBar
          value={repositories === 0 ? 0 : (repositories_read / repositories) * 100}
          ariaLabelledby={id}
        />
      </div>
      <Box color="text-body-secondary">
        <span id={id}>
          {`${formatCount(repositories_read)} of ${formatCounted(repositories, "repository", "repositories")}, ${formatCounted(images, "image", "images")}`}
        </span>
      </Box>
    </>
  );
}

/** Starts a read, and stops it: one button, so that it keeps the keyboard focus. */
function ReadButton({ state, disabled }: { state: RegistryContentsState; disabled: boolean }) {
  const { progress, isStopping, isStopped } = state;
  return progress === null ? (
    <Button disabled={disabled} iconName="refresh" onClick={state.read} data-testid="contents-read">
      {isStopped ? "Resume" : "List all images"}
    </Button>
  ) : (
    <Button
      loading={isStopping}
      loadingText="Stopping"
      onClick={state.stop}
      data-testid="contents-stop"
    >
      {isStopping ? "Stopping…" : "Stop"}
    </Button>
  );
}
