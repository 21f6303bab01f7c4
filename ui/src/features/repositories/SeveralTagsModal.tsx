import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import type { CleanupImage } from "../../ipc/generated";
import { shortDigest } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";

interface SeveralTagsModalProps {
  images: readonly CleanupImage[];
  /** Called with the image of which a tag is to be deleted. */
  onChoose: (image: CleanupImage) => void;
  onClose: () => void;
}

/** The images with several tags. The user chooses the tags to delete, because only they know which are needed. */
export function SeveralTagsModal({ images, onChoose, onClose }: SeveralTagsModalProps) {
  return (
    <Modal
      visible
      size="large"
      header="Images with several tags"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button onClick={onClose}>Close</Button>
        </Box>
      }
      data-testid="several-tags"
    >
      <PagedTable
        name="several-tags"
        variant="embedded"
        items={images}
        trackBy="digest"
        words={({ digest, tags }) => [digest, ...tags]}
        finds="images by tag or digest"
        ariaLabels={{ tableLabel: "Images with several tags" }}
        columnDefinitions={[
          {
            id: "tags",
            header: "Tags",
            isRowHeader: true,
            cell: ({ tags }) => tags.join(", "),
          },
          { id: "digest", header: "Digest", cell: ({ digest }) => shortDigest(digest) },
          {
            id: "action",
            header: "Action",
            unsorted: true,
            cell: (image) => (
              <Button
                variant="inline-link"
                ariaLabel={`Delete a tag of ${image.tags[0]}`}
                onClick={() => onChoose(image)}
              >
                Delete a tag
              </Button>
            ),
          },
        ]}
      />
    </Modal>
  );
}
