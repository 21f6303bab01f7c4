import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ExpiringImage, MigrationPlan, PlannedRepository } from "../../../ipc/generated";
import { formatCounted, shortDigest } from "../../../shared/format";
import type { Draft } from "../wizard/draft";
import { expiryKey, repositoriesToConfirm } from "../wizard/expiryConfirmation";
import type { DraftAction } from "../wizard/reducer";
import { ConsentAlert } from "./ConsentAlert";

/** Maximum number of listed images. */
const namedImages = 200;

/** Describes the action of a lifecycle rule and when it applies. */
function expiryText({ action, after_days, rule }: ExpiringImage): string {
  const when =
    after_days === null ? "within 24 hours" : `after ${formatCounted(after_days, "day", "days")}`;
  return `${action === "expire" ? "deleted" : "archived"} ${when}, rule ${rule}`;
}

function ImageList({ header, images }: { header: string; images: readonly ExpiringImage[] }) {
  if (images.length === 0) {
    return null;
  }
  return (
    <ExpandableSection headerText={header} defaultExpanded={images.length <= 5}>
      <SpaceBetween size="xxs">
        {images.slice(0, namedImages).map((image) => (
          <div key={`${image.image ?? image.digest}`} title={image.digest ?? undefined}>
            {image.tags.length > 0 ? image.tags.join(", ") : shortDigest(image.digest ?? "")}{" "}
            <Box variant="span" color="text-body-secondary">
              {expiryText(image)}
            </Box>
          </div>
        ))}
        {images.length > namedImages && (
          <div>and {formatCounted(images.length - namedImages, "more image", "more images")}</div>
        )}
      </SpaceBetween>
    </ExpandableSection>
  );
}

function RepositoryExpiry({ repository }: { repository: PlannedRepository }) {
  const { name, lifecycle, exists } = repository;
  if (lifecycle.kind === "unreadable") {
    return (
      <div>
        <b>{name}</b> has a lifecycle policy that Transload can’t evaluate: {lifecycle.reason}.
        Images may expire.
      </div>
    );
  }
  if (lifecycle.kind !== "expires") {
    return null;
  }
  const { planned, existing } = lifecycle;
  return (
    <div data-testid={`expiry-${name}`}>
      <b>{name}</b>
      {exists ? "" : ", with the new lifecycle policy"}
      <ImageList
        header={`${formatCounted(planned.length, "image", "images")} of this migration`}
        images={planned}
      />
      <ImageList
        header={`${formatCounted(existing.length, "existing image", "existing images")}`}
        images={existing}
      />
    </div>
  );
}

interface ExpiryAlertProps {
  plan: MigrationPlan;
  draft: Draft;
  onChange: (action: DraftAction) => void;
}

/** Lists images that lifecycle policies would expire. The user must confirm to start. */
export function ExpiryAlert({ plan, draft, onChange }: ExpiryAlertProps) {
  const repositories = repositoriesToConfirm(plan);
  const unknown = plan.repositories.filter(({ lifecycle }) => lifecycle.kind === "unknown");
  const key = expiryKey(plan);
  return (
    <>
      {repositories.length > 0 && (
        <ConsentAlert
          header="Lifecycle policies will expire images"
          action={null}
          label="I understand that these images may expire"
          agreed={draft.confirmedExpiry === key}
          onAgreed={(agreed) => onChange({ type: "expiry_confirmed", expiry: agreed ? key : null })}
          testIds={{ alert: "expiry-warning", tick: "expiry-confirm" }}
        >
          <SpaceBetween size="xs">
            <div>
              ECR applies the policies after the migration. To keep the images, change the lifecycle
              policy, or select fewer images.
            </div>
            {repositories.map((repository) => (
              <RepositoryExpiry key={repository.name} repository={repository} />
            ))}
          </SpaceBetween>
        </ConsentAlert>
      )}
      {unknown.length > 0 && (
        <Alert type="info" header="Couldn’t read lifecycle policies" data-testid="expiry-unknown">
          Transload couldn’t check whether images expire in{" "}
          {unknown.map(({ name }) => name).join(", ")}. Reading a lifecycle policy requires the
          permission ecr:GetLifecyclePolicy.
        </Alert>
      )}
    </>
  );
}
