import ExpandableSection from "@cloudscape-design/components/expandable-section";
import type { CleanupProposal } from "../../ipc/generated";
import { cleanupLabels, exclusionText } from "../../shared/cleanupTexts";
import { formatCounted, shortDigest } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";

/** The images that a clean-up keeps although they are of one of its classes, each with the reason. */
export function CleanupExclusions({ proposals }: { proposals: readonly CleanupProposal[] }) {
  const kept = proposals.flatMap(({ class: of, kept }) => kept.map((image) => ({ of, image })));
  if (kept.length === 0) {
    return null;
  }
  return (
    <ExpandableSection
      variant="container"
      headerText={`${formatCounted(kept.length, "image is", "images are")} kept`}
      headerDescription="Images of these classes that a clean-up doesn’t offer."
      data-testid="cleanup-kept"
    >
      <PagedTable
        name="cleanup-exclusions"
        variant="embedded"
        items={kept}
        trackBy={({ of, image }) => `${of} ${image.digest}`}
        words={({ image }) => [image.digest, ...image.tags]}
        finds="images by tag or digest"
        ariaLabels={{ tableLabel: "Images that a clean-up keeps" }}
        columnDefinitions={[
          {
            id: "image",
            header: "Image",
            isRowHeader: true,
            cell: ({ image }) => image.tags.join(", ") || shortDigest(image.digest),
          },
          { id: "class", header: "Class", cell: ({ of }) => cleanupLabels[of].name },
          { id: "why", header: "Reason", cell: ({ image }) => exclusionText(image.why) },
        ]}
      />
    </ExpandableSection>
  );
}
