import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { StatusText } from "../../../shared/StatusText";
import type { Draft } from "./draft";
import type { DraftAction } from "./reducer";
import { StartOverButton } from "./StartOverButton";

interface WizardFooterProps {
  draft: Draft;
  dispatch: (action: DraftAction) => void;
  /** Whether the content of the step follows, so that its own status is that of the previous one. */
  following: boolean;
  first: boolean;
  last: boolean;
  /** Why the user can't continue, if the user tried. */
  error: string | null;
  /** Why the migration can't start, or `null`. */
  startProblem: string | null;
  /** What the current step has, if there is no error. */
  status: ReactNode;
  waiting: boolean;
  starting: boolean;
  /** Buttons of the last step before Download plan. */
  extras: ReactNode;
  /** Stops the planning that is in progress, or `null`. */
  onStopPlan: (() => void) | null;
  /** Downloads the plan, or `null` without a plan, and while a newer one is made. */
  onDownload: (() => void) | null;
  onPrevious: () => void;
  onNext: () => void;
  onStart: () => void;
  /** Receives the element in which a step shows its own status. */
  onSlot: (element: HTMLElement | null) => void;
}

/** The buttons and the message of a step. The footer stays in view, and its buttons don't move. */
export function WizardFooter(props: WizardFooterProps) {
  const { first, last, error, startProblem } = props;
  return (
    <div className="wizard-footer">
      <Container disableContentPaddings>
        <div className="wizard-footer-row">
          <StartOverButton draft={props.draft} dispatch={props.dispatch} />
          <div className="wizard-message" role="status" data-testid="wizard-message">
            <Message error={error} startProblem={startProblem} status={props.status} />
            {props.onStopPlan !== null && (
              <Button variant="inline-link" onClick={props.onStopPlan} data-testid="replan-stop">
                Stop
              </Button>
            )}
            <div
              ref={props.onSlot}
              className="wizard-status"
              hidden={error !== null || startProblem !== null || props.following}
            />
          </div>
          <SpaceBetween direction="horizontal" size="xs">
            {last && props.extras}
            {last && (
              <Button
                onClick={() => props.onDownload?.()}
                disabled={props.onDownload === null}
                disabledReason="The plan isn’t complete yet."
                data-testid="plan-export"
              >
                Download plan
              </Button>
            )}
            <Button onClick={props.onPrevious} disabled={first} data-testid="wizard-back">
              Previous
            </Button>
            {last ? (
              <Button
                variant="primary"
                onClick={props.onStart}
                loading={props.starting}
                disabled={startProblem !== null}
                disabledReason={startProblem ?? undefined}
                data-testid="wizard-start"
              >
                Start migration
              </Button>
            ) : (
              <Button
                variant="primary"
                onClick={props.onNext}
                loading={props.waiting}
                data-testid="wizard-next"
              >
                Next
              </Button>
            )}
          </SpaceBetween>
        </div>
      </Container>
    </div>
  );
}

function Message({
  error,
  startProblem,
  status,
}: Pick<WizardFooterProps, "error" | "startProblem" | "status">) {
  if (error !== null) {
    return (
      <span data-testid="wizard-error">
        <StatusText type="error">{error}</StatusText>
      </span>
    );
  }
  if (startProblem !== null) {
    return (
      <span data-testid="start-reason">
        <StatusText type="warning">{startProblem}</StatusText>
      </span>
    );
  }
  return (
    <Box variant="span" color="text-body-secondary">
      {status}
    </Box>
  );
}
