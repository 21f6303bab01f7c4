import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useEffect, useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, LifecycleWhatIf, RepositoryDetails } from "../../ipc/generated";
import { ActionModal } from "../../shared/ActionModal";
import { formatCounted } from "../../shared/format";
import { InfoLink } from "../../shared/help";
import { RelativeTime } from "../../shared/RelativeTime";
import { StatusText } from "../../shared/StatusText";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { AffectedImages, freedNote, freedText, LifecycleEffects } from "./LifecycleEffects";
import { LifecycleMonths } from "./LifecycleMonths";
import { LifecycleRulesForm } from "./LifecycleRulesForm";
import { comparable, type FormRule, formRules, policyText } from "./lifecyclePolicy";
import { useLifecyclePreview } from "./useLifecyclePreview";

interface LifecycleTabProps {
  connection: AwsConnection;
  details: RepositoryDetails;
  /** Called when the policy was changed. */
  onChanged: () => void;
}

/** Time after the last keystroke. */
const settleMs = 300;

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** What a text would do, computed on this computer shortly after the last keystroke. */
function useWhatIf(connection: AwsConnection, name: string, text: string) {
  const backend = useBackend();
  const [effects, setEffects] = useState<LifecycleWhatIf | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let wanted = true;
    const timer = setTimeout(() => {
      backend.lifecycleWhatIf(connection, name, text).then(
        (answer) => {
          if (wanted) {
            setEffects(answer);
            setError(null);
          }
        },
        (failure: unknown) => wanted && setError(failure),
      );
    }, settleMs);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [backend, connection, name, text]);
  return { effects, error };
}

/** A policy that the user changed. */
interface EditedPolicy {
  readonly text: string;
  /** As the form has them, so that a field can be empty while the user types. `null` after a change of the JSON. */
  readonly rules: readonly FormRule[] | null;
}

/** The words of the button that sets a policy. */
function setWords(expiring: number, archiving: number): string {
  const affected = expiring + archiving;
  return affected === 0
    ? "Set the policy: affects no images now"
    : `Set the policy: affects ${formatCounted(affected, "image", "images")} within 24 hours`;
}

/**
 * The lifecycle policy of a repository: rules in words, a form, and JSON. It can only be set after
 * ECR's own preview of exactly this text.
 */
export function LifecycleTab({ connection, details, onChanged }: LifecycleTabProps) {
  const { lifecycle, repository } = details;
  const { name } = repository;
  const backend = useBackend();
  const current = lifecycle.policy === null ? policyText([]) : indented(lifecycle.policy);
  const [edited, setEdited] = useState<EditedPolicy | null>(null);
  const text = edited?.text ?? current;
  const isEdited = comparable(text) !== comparable(current);
  // What was set is no longer a change.
  useEffect(
    () =>
      setEdited((before) =>
        comparable(before?.text ?? current) === comparable(current) ? null : before,
      ),
    [current],
  );
  const [mode, setMode] = useState<"form" | "json">("form");
  const [typed, setTyped] = useState("");
  const [removing, setRemoving] = useState(false);
  const { effects, error: whatIfError } = useWhatIf(connection, name, text);
  const preview = useLifecyclePreview(connection, name);
  const { busy, error, run, dismiss } = useAsyncAction();
  const rules = edited?.rules ?? formRules(text);
  const state = preview.run?.text === text ? preview.run.state : null;
  const isPreviewing = state !== null && ["running", "other_running"].includes(state.kind);
  const complete = state?.kind === "complete" ? state : null;
  const going = complete === null ? 0 : complete.expiring + complete.archiving;

  if (lifecycle.error !== null) {
    return <ErrorAlert error={lifecycle.error} actions={{ retry: onChanged }} />;
  }
  const set = () =>
    run(async () => {
      if (complete === null) {
        return;
      }
      const { expiring, archiving } = complete;
      await backend.lifecyclePolicySet(connection, name, text, expiring, archiving);
      setTyped("");
      onChanged();
    });

  return (
    <SpaceBetween size="m">
      <Container
        header={
          <Header
            variant="h2"
            info={<InfoLink topic="lifecycle" />}
            description={
              lifecycle.policy === null ? (
                "No lifecycle policy. Images are kept until deleted."
              ) : lifecycle.last_evaluated_at_ms === null ? (
                <StatusText type="warning">
                  Never ran: ECR has not evaluated this policy yet.
                </StatusText>
              ) : (
                <>
                  Last evaluated <RelativeTime timeMs={lifecycle.last_evaluated_at_ms} />
                </>
              )
            }
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <SegmentedControl
                  selectedId={rules === null ? "json" : mode}
                  label="Edit as"
                  options={[
                    {
                      id: "form",
                      text: "Form",
                      disabled: rules === null,
                      disabledReason: "The form can’t show this policy.",
                    },
                    { id: "json", text: "JSON" },
                  ]}
                  onChange={({ detail }) => setMode(detail.selectedId === "json" ? "json" : "form")}
                />
                <Button
                  disabled={!isEdited}
                  onClick={() => setEdited(null)}
                  data-testid="lifecycle-discard"
                >
                  Discard changes
                </Button>
                <Button
                  disabled={lifecycle.policy === null}
                  onClick={() => setRemoving(true)}
                  data-testid="lifecycle-remove"
                >
                  Remove policy
                </Button>
              </SpaceBetween>
            }
          >
            Lifecycle policy
          </Header>
        }
        data-testid="repository-lifecycle"
      >
        {rules !== null && mode === "form" ? (
          <LifecycleRulesForm
            rules={rules}
            onChange={(changed) => setEdited({ text: policyText(changed), rules: changed })}
          />
        ) : (
          <FormField label="Policy in JSON" stretch>
            <Textarea
              value={text}
              rows={16}
              spellcheck={false}
              onChange={({ detail }) => setEdited({ text: detail.value, rules: null })}
              data-testid="lifecycle-json"
            />
          </FormField>
        )}
      </Container>
      {whatIfError !== null && <ErrorAlert error={whatIfError} />}
      {effects !== null && (rules === null || rules.length > 0) && (
        <LifecycleEffects effects={effects} />
      )}
      {effects !== null && effects.problem === null && effects.rules.length > 0 && (
        <LifecycleMonths details={details} affected={effects.affected} text={text} />
      )}
      {preview.error !== null && (
        <ErrorAlert error={preview.error} actions={{ retry: () => void preview.start(text) }} />
      )}
      {error !== null && <ErrorAlert error={error} onDismiss={dismiss} />}
      <Container
        header={
          <Header
            variant="h2"
            description="ECR computes what this policy would do. The preview makes no changes."
            actions={
              isPreviewing ? (
                <Button onClick={preview.stop} data-testid="lifecycle-preview-stop">
                  Stop waiting
                </Button>
              ) : (
                <Button
                  disabled={effects === null || effects.problem !== null || rules?.length === 0}
                  onClick={() => {
                    // A confirmation is for one preview.
                    setTyped("");
                    void preview.start(text);
                  }}
                  data-testid="lifecycle-preview"
                >
                  Preview in ECR
                </Button>
              )
            }
          >
            Preview
          </Header>
        }
      >
        <SpaceBetween size="s">
          {isPreviewing && (
            <StatusText type="in-progress">
              {state?.kind === "other_running"
                ? "Waiting for another preview of this repository"
                : "ECR is computing the preview"}
            </StatusText>
          )}
          {state?.kind === "failed" && (
            <Alert type="error">ECR couldn’t compute the preview. Try again.</Alert>
          )}
          {state?.kind === "unknown" && (
            <Alert type="warning">
              {`ECR reports the status ${state.status}, which Transload doesn’t know. Preview the policy again later.`}
            </Alert>
          )}
          {state === null && (
            <Box color="text-body-secondary">
              {preview.run === null
                ? "Not previewed yet."
                : "The policy changed since the preview. Preview it again before you set it."}
            </Box>
          )}
          {complete !== null && (
            <>
              <Box data-testid="lifecycle-preview-result">
                {`${formatCounted(complete.expiring, "image", "images")} would be deleted and ${formatCounted(complete.archiving, "image", "images")} archived. This frees ${freedText(complete.freed)}.`}
                {complete.freed.may_be_shared && ` ${freedNote(complete.freed)}`}
              </Box>
              {complete.images.length > 0 && <AffectedImages images={complete.images} />}
              {isEdited && going > 0 && (
                <FormField label={`To confirm, enter ${name}`}>
                  <Input
                    value={typed}
                    autoComplete={false}
                    spellcheck={false}
                    onChange={({ detail }) => setTyped(detail.value)}
                    data-testid="lifecycle-confirm-name"
                  />
                </FormField>
              )}
              <Button
                variant="primary"
                loading={busy}
                disabled={!isEdited || complete.unknown > 0 || (going > 0 && typed.trim() !== name)}
                disabledReason={
                  !isEdited
                    ? "ECR has this policy already."
                    : complete.unknown > 0
                      ? `ECR reports an action for ${formatCounted(complete.unknown, "image", "images")} that Transload doesn’t know.`
                      : `Enter ${name} to confirm.`
                }
                onClick={() => void set()}
                data-testid="lifecycle-set"
              >
                {setWords(complete.expiring, complete.archiving)}
              </Button>
            </>
          )}
        </SpaceBetween>
      </Container>
      {removing && (
        <ActionModal
          header={`Remove the lifecycle policy of ${name}`}
          closeLabel="Close without removing"
          confirm="Remove policy"
          name="lifecycle-remove"
          action={async () => {
            await backend.lifecyclePolicyRemove(connection, name);
            setEdited({ text: policyText([]), rules: [] });
            onChanged();
          }}
          onClose={() => setRemoving(false)}
        >
          <Box>Images are then kept until someone deletes them.</Box>
        </ActionModal>
      )}
    </SpaceBetween>
  );
}
