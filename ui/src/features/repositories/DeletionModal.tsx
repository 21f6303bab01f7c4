import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type {
  AwsConnection,
  DeletionProgress,
  DeletionReport,
  DeletionTarget,
} from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { DialogFooter } from "../../shared/DialogFooter";
import { formatCount } from "../../shared/format";
import { noUndoText } from "../../shared/noUndo";
import { StatusText } from "../../shared/StatusText";
import { StopButton } from "../../shared/StopButton";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";
import { DeletionPlanView } from "./DeletionPlanView";
import { DeletionReportView } from "./DeletionReportView";
import { deletionLabel, deletionTitle } from "./deletionTexts";

/** What a dialog can delete, under a label. */
export interface DeletionOption {
  readonly label: string;
  readonly target: DeletionTarget;
}

interface DeletionModalProps {
  connection: AwsConnection;
  /** One target, or several to choose from. */
  options: readonly DeletionOption[];
  /** Called after something may have been deleted. */
  onDeleted: (report: DeletionReport) => void;
  onClose: () => void;
}

/** Whether everything that was planned is deleted. */
function isAll({ planned, deleted }: DeletionReport): boolean {
  return (
    planned.images === deleted.images &&
    planned.repositories === deleted.repositories &&
    planned.tags === deleted.tags
  );
}

/** Whether the user entered the confirmation. Grouped digits are fine. */
function isConfirmed(confirmation: string | null, typed: string): boolean {
  return (
    confirmation === null || [typed.trim(), typed.trim().replaceAll(",", "")].includes(confirmation)
  );
}

/**
 * The one dialog that deletes in ECR: a dry run, a confirmation, the progress, and the result of each
 * image if something stays. The notification comes from `app/announcements.ts`.
 */
export function DeletionModal(props: DeletionModalProps) {
  const { connection, options, onDeleted, onClose } = props;
  const backend = useBackend();
  const [chosen, setChosen] = useState(0);
  const [typed, setTyped] = useState("");
  const [progress, setProgress] = useState<DeletionProgress | null>(null);
  const [stopping, setStopping] = useState(false);
  const [report, setReport] = useState<DeletionReport | null>(null);
  const { busy, error, run, dismiss } = useAsyncAction();
  const target = (options[chosen] ?? options[0])?.target ?? null;
  const planned = useRequest(
    target === null ? null : `${connectionKey(connection)} ${JSON.stringify(target)}`,
    () => backend.deletionPlan(connection, target as DeletionTarget),
  );
  // A plan is carried out once, and a new one is made after an error.
  const plan = planned.loading && !busy && report === null ? null : planned.answer;
  const label = plan === null ? null : deletionLabel(plan);
  const confirmation = plan?.confirmation ?? null;
  const unconfirmed = !isConfirmed(confirmation, typed);

  const planAgain = () => {
    dismiss();
    setReport(null);
    setTyped("");
    planned.reload();
  };
  const remove = (deletion: string) =>
    run(async () => {
      setProgress(null);
      setStopping(false);
      const outcome = await backend.deletionRun(deletion, setProgress);
      setReport(outcome);
      onDeleted(outcome);
      if (isAll(outcome)) {
        onClose();
      }
    });

  return (
    <Modal
      visible
      size="large"
      header={target === null ? "Delete" : deletionTitle(target)}
      closeAriaLabel={report === null ? "Close without deleting" : "Close"}
      onDismiss={() => {
        // Closing wouldn't stop the deletion and would hide its result.
        if (!busy) {
          onClose();
        }
      }}
      footer={
        <>
          {/* Beside its button, in view however long the table is. */}
          {confirmation !== null && report === null && !busy && error === null && (
            <Box margin={{ bottom: "s" }}>
              <FormField label={`To confirm, enter ${confirmation}`}>
                <Input
                  value={typed}
                  autoComplete={false}
                  spellcheck={false}
                  onChange={({ detail }) => setTyped(detail.value)}
                  data-testid="deletion-confirmation"
                />
              </FormField>
            </Box>
          )}
          <DialogFooter
            closeLabel={report === null && label !== null ? "Cancel" : "Close"}
            isLocked={busy}
            onClose={onClose}
            closeTestId="deletion-close"
            confirm={
              report === null && error === null && (plan === null || label !== null)
                ? {
                    label: label ?? "Delete",
                    busy,
                    disabled: plan === null || unconfirmed,
                    disabledReason:
                      plan === null
                        ? "Checking what would be deleted."
                        : `Enter ${confirmation} to confirm.`,
                    onConfirm: () => plan !== null && void remove(plan.deletion),
                    testId: "deletion-confirm",
                  }
                : null
            }
          >
            {busy && plan !== null && (
              <StopButton
                onStop={() => {
                  setStopping(true);
                  // A finished deletion doesn't need a stop.
                  backend.deletionStop(plan.deletion).catch(() => {});
                }}
                data-testid="deletion-stop"
              />
            )}
          </DialogFooter>
        </>
      }
      data-testid="deletion-modal"
    >
      <SpaceBetween size="m">
        {error !== null && <ErrorAlert error={error} actions={{ retry: planAgain }} />}
        {planned.error !== null && (
          <ErrorAlert error={planned.error} actions={{ retry: planned.reload }} />
        )}
        {options.length > 1 && report === null && (
          <FormField label="Delete">
            <RadioGroup
              value={String(chosen)}
              onChange={({ detail }) => {
                setChosen(Number(detail.value));
                setTyped("");
              }}
              items={options.map(({ label: text }, index) => ({
                value: String(index),
                label: text,
                disabled: busy,
              }))}
              data-testid="deletion-options"
            />
          </FormField>
        )}
        {plan === null && planned.error === null && (
          <div role="status">
            <StatusText type="loading">Checking what would be deleted</StatusText>
          </div>
        )}
        {busy && (
          <ProgressBar
            label={progress?.phase === "reading_manifests" ? "Reading manifests" : "Deleting"}
            value={progress === null ? 0 : (progress.done / Math.max(1, progress.total)) * 100}
            additionalInfo={
              progress === null
                ? undefined
                : `${formatCount(progress.done)} of ${formatCount(progress.total)}`
            }
            description={
              stopping
                ? "Stopping after the current request."
                : progress?.phase === "reading_manifests"
                  ? "An undo needs the manifests. Nothing is deleted yet."
                  : "If you stop, deleted images aren’t restored."
            }
            data-testid="deletion-progress"
          />
        )}
        {plan?.unreadable.map(({ name, error: why }) => (
          <SpaceBetween size="xxs" key={name}>
            <Alert type="warning">{`${name} couldn’t be read and is kept.`}</Alert>
            <ErrorAlert error={why} actions={{ retry: planned.reload }} />
          </SpaceBetween>
        ))}
        {report === null &&
          plan?.unread.map(({ name, error: why }) => (
            <SpaceBetween size="xxs" key={name}>
              <Alert type="warning">{`Indexes of ${name} weren’t read. Images that only they list are kept, and ECR keeps a selected image if one of them lists it.`}</Alert>
              <ErrorAlert error={why} actions={{ retry: planned.reload }} />
            </SpaceBetween>
          ))}
        {report === null &&
          plan?.no_undo.map((images) => (
            <Alert key={images.why.kind} type="warning" data-testid="deletion-no-undo">
              {noUndoText(images)}
            </Alert>
          ))}
        {plan !== null && report !== null && (
          <DeletionReportView plan={plan} report={report} actions={{ retry: planAgain }} />
        )}
        {plan !== null && report === null && <DeletionPlanView plan={plan} />}
      </SpaceBetween>
    </Modal>
  );
}
