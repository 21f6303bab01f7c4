import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ErrorAlert } from "../../errors";
import type { RepositoryLifecycle, UnreadReason } from "../../ipc/generated";
import { formatCount, formatCounted } from "../../shared/format";
import { StatusText } from "../../shared/StatusText";
import { StopButton } from "../../shared/StopButton";
import type { ImageRows } from "./useImageRows";

function reasonText(reason: UnreadReason): string {
  switch (reason.kind) {
    case "archived":
      return "archived";
    case "unknown_status":
      return `status ${reason.status}, which Transload doesn’t know`;
    case "missing":
      return "no longer in the repository";
    case "damaged":
      return "ECR returned something else";
    case "refused":
      return `${reason.code}: ${reason.message}`;
  }
}

interface ManifestReadsProps {
  images: ImageRows;
  lifecycle: RepositoryLifecycle;
}

/** A read in progress, in one line of text, so that nothing moves when it starts and ends. */
export function ReadProgress({ images }: { images: ImageRows }) {
  const { progress, stop } = images;
  if (progress === null) {
    return null;
  }
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <StatusText type="in-progress">
        {`Reading manifests: ${formatCount(progress.done)} of ${formatCount(progress.total)}`}
      </StatusText>
      <StopButton variant="inline-link" onStop={stop} data-testid="manifests-read-stop" />
    </SpaceBetween>
  );
}

/** What is known about the indexes of a repository: errors of the last read, or an offer to read. */
export function ManifestReads(props: ManifestReadsProps) {
  const message = readsMessage(props);
  return message && <Box padding={{ top: "xs", bottom: "s" }}>{message}</Box>;
}

function readsMessage({ images, lifecycle }: ManifestReadsProps) {
  const { progress, error, unread, grouped, read } = images;
  const indexes = grouped.unread_indexes;
  if (progress !== null) {
    return null;
  }
  if (error !== null) {
    return <ErrorAlert error={error} actions={{ retry: () => void read(indexes) }} />;
  }
  if (unread.length > 0) {
    const reasons = [...new Set(unread.map(({ reason }) => reasonText(reason)))];
    return (
      <Alert type="warning" data-testid="manifests-unread">
        {`${formatCounted(unread.length, "manifest", "manifests")} couldn’t be read (${reasons.slice(0, 3).join("; ")}). Their platforms are shown as separate images.`}
      </Alert>
    );
  }
  if (indexes.length === 0) {
    return null;
  }
  return (
    <Alert
      type="info"
      action={
        <Button onClick={() => void read(indexes)} data-testid="manifests-read">
          {`Read ${formatCounted(indexes.length, "index", "indexes")}`}
        </Button>
      }
      data-testid="manifests-offer"
    >
      {`Until the indexes are read, their platforms are shown as separate images. ${
        !lifecycle.uses_pull_times
          ? ""
          : lifecycle.error === null
            ? "ECR may count reading as a pull, and the lifecycle policy of this repository uses pull times. "
            : "ECR may count reading as a pull, and the lifecycle policy of this repository, which couldn’t be read, may use pull times. "
      }Each manifest is read once and then kept on this computer.`}
    </Alert>
  );
}
