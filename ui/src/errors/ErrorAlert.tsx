import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useContext } from "react";
import { PolicyText } from "../shared/PolicyText";
import { type ErrorActions, errorActionLabel } from "./actions";
import { asApiError, errorDetails } from "./apiError";
import { errorEntry, errorNextSteps } from "./errorTable";
import { RemediesContext } from "./remedies";

/** Props of {@link ErrorAlert}. */
export interface ErrorAlertProps {
  /** What was caught. */
  error: unknown;
  /**
   * What this place can do about it; of the failure's own actions, only these are offered, and the
   * window's own remedies.
   */
  actions?: ErrorActions;
  /** Lets the person put the message away. */
  onDismiss?: () => void;
}

/** A failure for a person: what happened, why, what to do, and the details behind a fold. */
export function ErrorAlert({ error: caught, actions = {}, onDismiss }: ErrorAlertProps) {
  const error = asApiError(caught);
  const entry = errorEntry(error);
  const steps = errorNextSteps(error);
  const remedies = useContext(RemediesContext);
  const { retry } = actions;
  const again = retry === undefined ? undefined : () => retry(error);
  const offered = entry.actions.flatMap((id) => {
    const remedy = remedies[id];
    const act = actions[id] ?? (remedy && ((one: typeof error) => remedy(one, again)));
    return act === undefined ? [] : [{ id, act }];
  });

  return (
    <div role="alert" data-testid="error-alert" data-error-code={error.code}>
      <Alert
        type={entry.severity}
        header={entry.title}
        dismissible={onDismiss !== undefined}
        dismissAriaLabel="Close this message"
        onDismiss={() => onDismiss?.()}
        action={
          offered.length > 0 && (
            <SpaceBetween direction="horizontal" size="xs">
              {offered.map(({ id, act }) => (
                <Button key={id} onClick={() => act(error)} data-testid={`error-action-${id}`}>
                  {errorActionLabel(id, error)}
                </Button>
              ))}
            </SpaceBetween>
          )
        }
      >
        <SpaceBetween size="xs">
          <div style={{ overflowWrap: "anywhere" }}>{entry.text(error)}</div>
          {steps.length === 1 ? (
            <div>{steps[0]}</div>
          ) : (
            <ul style={{ margin: 0, paddingInlineStart: "20px" }}>
              {steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ul>
          )}
          {error.policy !== undefined && (
            <ExpandableSection
              headerText="Show the policy that would allow it"
              data-testid="error-policy"
            >
              <SpaceBetween size="xs">
                <div>
                  Whoever manages the account can add this to the permissions of the identity. It
                  allows this and nothing else.
                </div>
                <PolicyText policy={error.policy} />
              </SpaceBetween>
            </ExpandableSection>
          )}
          <ExpandableSection headerText="Show details" data-testid="error-details">
            <SpaceBetween size="xs">
              <div style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
                <Box variant="code">{errorDetails(error)}</Box>
              </div>
              <CopyToClipboard
                copyButtonText="Copy details"
                copySuccessText="Copied"
                copyErrorText="The system did not take the text"
                textToCopy={errorDetails(error)}
              />
            </SpaceBetween>
          </ExpandableSection>
        </SpaceBetween>
      </Alert>
    </div>
  );
}
