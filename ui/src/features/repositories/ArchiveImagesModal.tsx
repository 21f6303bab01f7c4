import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, UnchangedImage } from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";
import { formatCount, formatCounted, shortDigest } from "../../shared/format";
import { imageName, type RepositoryImageRow } from "./repositoryImageRows";

interface ArchiveImagesModalProps {
  connection: AwsConnection;
  repository: string;
  /** At least one. All are archived, or none is. */
  images: readonly RepositoryImageRow[];
  /** Whether they are archived or restored. */
  isArchived: boolean;
  onChanged: () => void;
  onClose: () => void;
}

/** More names can't be read in a dialog. */
const listedImages = 20;

/** Archives images or restores them, after saying what that means. */
export function ArchiveImagesModal(props: ArchiveImagesModalProps) {
  const { connection, repository, isArchived, onChanged, onClose } = props;
  const backend = useBackend();
  // The list of the page changes when it is loaded again.
  const [images] = useState(props.images);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [unchanged, setUnchanged] = useState<readonly UnchangedImage[]>([]);
  const first = unchanged[0];
  const move = async () => {
    setBusy(true);
    setError(null);
    setUnchanged([]);
    try {
      const digests = images.map(({ digest }) => digest);
      const change = await backend.repositoryImagesArchive(
        connection,
        repository,
        digests,
        isArchived,
      );
      onChanged();
      if (change.unchanged.length === 0) {
        onClose();
      } else {
        setUnchanged(change.unchanged);
      }
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  const counted = formatCounted(images.length, "image", "images");
  const names = images.slice(0, listedImages).map(imageName).join(", ");
  const more = images.length - listedImages;
  return (
    <ConfirmModal
      header={isArchived ? "Archive images" : "Restore images"}
      closeLabel="Close"
      confirm={`${isArchived ? "Archive" : "Restore"} ${counted}`}
      busy={busy}
      name="images-archive"
      onConfirm={() => void move()}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        {error !== null && <ErrorAlert error={error} actions={{ retry: () => void move() }} />}
        {first !== undefined && (
          <>
            <Box>
              {`${formatCounted(unchanged.length, "image wasn’t", "images weren’t")} moved: ${unchanged
                .slice(0, listedImages)
                .map(({ digest }) => shortDigest(digest))
                .join(", ")}`}
            </Box>
            <ErrorAlert error={first.error} />
          </>
        )}
        <Box>
          {isArchived
            ? "Archived images can’t be pulled. They stay archived for at least 90 days, also on the bill. Archive storage saves nothing below 150 TB."
            : "Restoring lasts up to 20 minutes and costs $0.03 per GB. The images can’t be pulled until then. For lifecycle policies, a restored image is as old as its restore."}
        </Box>
        <Box>
          {`${counted} of ${repository}, with their platforms and referrers: ${names}${more > 0 ? `, and ${formatCount(more)} more` : ""}`}
        </Box>
      </SpaceBetween>
    </ConfirmModal>
  );
}
