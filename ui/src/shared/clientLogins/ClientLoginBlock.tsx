import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import type { ClientLogin, LoginWay } from "../../ipc/generated";
import { StatusText } from "../StatusText";
import { useAsyncAction } from "../useAsyncAction";
import { changeText, clientNames, heldText, wayDescription, wayLabel } from "./clientLoginTexts";

interface ClientLoginBlockProps {
  registry: string;
  login: ClientLogin;
  onApply: (way: LoginWay) => Promise<void>;
  onUndo: () => Promise<void>;
  onLookAgain: () => void;
  errorActions: ErrorActions;
}

/** One client: its current login, the planned changes, and undo. */
export function ClientLoginBlock({
  registry,
  login,
  onApply,
  onUndo,
  onLookAgain,
  errorActions,
}: ClientLoginBlockProps) {
  const [chosenKind, setChosenKind] = useState<LoginWay["kind"] | null>(null);
  const [agreed, setAgreed] = useState(false);
  const { error, run, buttonState, dismiss } = useAsyncAction();
  const name = clientNames[login.client];
  const chosen = login.ways.find(({ way }) => way.kind === chosenKind) ?? login.ways[0];
  const needsConsent = chosen?.way.kind === "inline";
  const actions = { ...errorActions, retry: onLookAgain };

  return (
    <div data-testid={`client-login-${login.client}`}>
      <SpaceBetween size="s">
        <Box variant="h3">{name}</Box>
        {login.error !== null && <ErrorAlert error={login.error} actions={actions} />}
        {login.held !== null && (
          <div role="status" style={{ overflowWrap: "anywhere" }}>
            <StatusText type={login.held.kind === "none" ? "info" : "success"}>
              {heldText(login.held, registry)}
            </StatusText>
          </div>
        )}
        {login.stale.length > 0 && (
          <StatusText type="warning">
            {login.file} contains an old entry {login.stale.map((key) => `“${key}”`).join(", ")}.
            Some tools find it first and use an expired login.
          </StatusText>
        )}
        {login.ways.length > 1 && (
          <RadioGroup
            ariaLabel={`Login method of ${name}`}
            value={chosen?.way.kind ?? null}
            items={login.ways.map(({ way }) => ({
              value: way.kind,
              label: wayLabel(way),
              description: wayDescription(way, login.client),
            }))}
            onChange={({ detail }) => {
              setChosenKind(detail.value as LoginWay["kind"]);
              setAgreed(false);
            }}
            data-testid={`client-login-${login.client}-ways`}
          />
        )}
        {chosen !== undefined && (
          <SpaceBetween size="xs">
            {login.ways.length === 1 && (
              <div>
                {wayLabel(chosen.way)}. {wayDescription(chosen.way, login.client)}
              </div>
            )}
            <div style={{ overflowWrap: "anywhere" }}>
              Changes:
              <ul style={{ margin: 0, paddingInlineStart: "20px" }}>
                {chosen.changes.map((change) => (
                  <li key={`${change.place} ${change.key}`}>{changeText(change)}</li>
                ))}
              </ul>
            </div>
            {needsConsent && (
              <Checkbox
                checked={agreed}
                onChange={({ detail }) => setAgreed(detail.checked)}
                data-testid={`client-login-${login.client}-agree`}
              >
                Write the login to this file. Anyone who can read the file can use the login for 12
                hours
              </Checkbox>
            )}
          </SpaceBetween>
        )}
        <SpaceBetween direction="horizontal" size="xs">
          {chosen !== undefined && (
            <Button
              {...buttonState("apply")}
              disabled={(needsConsent && !agreed) || buttonState("apply").disabled}
              disabledReason="Confirm that Transload can write the login to the file."
              onClick={() => void run(() => onApply(chosen.way), "apply")}
              data-testid={`client-login-${login.client}-apply`}
            >
              {chosen.way.kind === "ecr_helper" ? `Set up ${name}` : `Log ${name} in`}
            </Button>
          )}
          {login.undoable && (
            <Button
              {...buttonState("undo")}
              onClick={() => void run(onUndo, "undo")}
              data-testid={`client-login-${login.client}-undo`}
            >
              Undo
            </Button>
          )}
        </SpaceBetween>
        {error !== null && <ErrorAlert error={error} actions={actions} onDismiss={dismiss} />}
      </SpaceBetween>
    </div>
  );
}
