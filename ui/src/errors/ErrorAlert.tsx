/** Shows an error: title, message, next steps, actions, and details. Used by every page. */
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
import { ErrorActionsContext } from "./ErrorActionsProvider";
import { nextSteps, wordsOf } from "./errorLookup";

interface ErrorAlertProps {
  error: unknown;
  /** What this place adds to the actions around it. `undefined` removes one. */
  actions?: ErrorActions;
  /** Whether the failed request is sent again, which *Retry* shows. */
  retrying?: boolean;
  onDismiss?: () => void;
}

export function ErrorAlert(props: ErrorAlertProps) {
  const { error: caught, actions = {}, retrying = false, onDismiss } = props;
  const error = asApiError(caught);
  const words = wordsOf(error);
  const steps = nextSteps(error);
  const known = { ...useContext(ErrorActionsContext), ...actions };
  const { retry } = known;
  const retryRequest = retry && (() => retry(error, undefined));
  const offered = words.actions.flatMap((id) => {
    const act = known[id];
    return act === undefined ? [] : [{ id, act }];
  });

  return (
    <div role="alert" data-testid="error-alert" data-error-code={error.code}>
      <Alert
        type={words.severity}
        header={words.title}
        dismissible={onDismiss !== undefined}
        dismissAriaLabel="Close message"
        onDismiss={() => onDismiss?.()}
        action={
          offered.length > 0 && (
            <SpaceBetween direction="horizontal" size="xs">
              {offered.map(({ id, act }) => (
                <Button
                  key={id}
                  loading={id === "retry" && retrying}
                  onClick={() => act(error, retryRequest)}
                  data-testid={`error-action-${id}`}
                >
                  {errorActionLabel(id, error)}
                </Button>
              ))}
            </SpaceBetween>
          )
        }
      >
        <SpaceBetween size="xs">
          <div style={{ overflowWrap: "anywhere" }}>{error.message}</div>
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
            <ExpandableSection headerText="Show required policy" data-testid="error-policy">
              <SpaceBetween size="xs">
                <div>
                  Ask the administrator of the account to add this policy to the permissions of the
                  identity. It allows only this request.
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
                copyErrorText="Couldn’t copy to the clipboard"
                textToCopy={errorDetails(error)}
              />
            </SpaceBetween>
          </ExpandableSection>
        </SpaceBetween>
      </Alert>
    </div>
  );
}
