import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { errorEntry } from "../../errors";
import type { MigrationReport } from "../../ipc/generated";
import { formatCounted, formatExact } from "../../shared/format";

interface ProofAlertProps {
  /** What registry and ECR hold now. */
  proof: MigrationReport;
  onDismiss: () => void;
}

/** What a proof that was asked for again found. */
export function ProofAlert({ proof, onDismiss }: ProofAlertProps) {
  const wrong = proof.images.filter((image) => image.result.kind === "failed");
  const when = formatExact(proof.started_at_ms);
  const images = formatCounted(proof.images.length, "image", "images");
  return (
    <div role="status" data-testid="proof">
      {wrong.length === 0 ? (
        <Alert type="success" dismissible dismissAriaLabel="Close this" onDismiss={onDismiss}>
          Asked again at {when}: ECR holds {images} with the digests of then.
        </Alert>
      ) : (
        <Alert
          type="error"
          header={`${wrong.length} of ${images} are not as they were`}
          dismissible
          dismissAriaLabel="Close this"
          onDismiss={onDismiss}
        >
          <SpaceBetween size="xxs">
            {wrong.map((image) => (
              <span key={image.image}>
                {image.destination}:{" "}
                {image.result.kind === "failed" ? errorEntry(image.result.error).title : ""}
              </span>
            ))}
          </SpaceBetween>
        </Alert>
      )}
    </div>
  );
}
