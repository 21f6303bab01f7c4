import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import type { ClientLogin, LoginMethod } from "../../ipc/generated";
import { BulletList } from "../BulletList";
import { StatusText } from "../StatusText";
import { useAsyncAction } from "../useAsyncAction";
import {
  changeText,
  clientNames,
  existingText,
  methodDescription,
  methodLabel,
} from "./clientLoginTexts";

interface ClientLoginBlockProps {
  registry: string;
  login: ClientLogin;
  onApply: (method: LoginMethod) => Promise<void>;
  onUndo: () => Promise<void>;
  onReload: () => void;
}

/** One client: its current login, the planned changes, and undo. */
export function ClientLoginBlock({
  registry,
  login,
  onApply,
  onUndo,
  onReload,
}: ClientLoginBlockProps) {
  const [chosenKind, setChosenKind] = useState<LoginMethod["kind"] | null>(null);
  const [agreed, setAgreed] = useState(false);
  const { error, run, buttonState, dismiss } = useAsyncAction();
  const name = clientNames[login.client];
  const chosen = login.methods.find(({ method }) => method.kind === chosenKind) ?? login.methods[0];
  const needsConsent = chosen?.method.kind === "inline";
  const actions = { retry: onReload };

  return (
    <div data-testid={`client-login-${login.client}`}>
      <SpaceBetween size="s">
        <Box variant="h3">{name}</Box>
        {login.error !== null && <ErrorAlert error={login.error} actions={actions} />}
        {login.existing !== null && (
          <div role="status" style={{ overflowWrap: "anywhere" }}>
            <StatusText type={login.existing.kind === "none" ? "info" : "success"}>
              {existingText(login.existing, registry)}
            </StatusText>
          </div>
        )}
        {login.stale.length > 0 && (
          <StatusText type="warning">
            {login.file} contains an old entry {login.stale.map((key) => `“${key}”`).join(", ")}.
            Some tools find it first and use an expired login.
          </StatusText>
        )}
        {login.methods.length > 1 && (
          <RadioGroup
            ariaLabel={`Login method of ${name}`}
            value={chosen?.method.kind ?? null}
            items={login.methods.map(({ method }) => ({
              value: method.kind,
              label: methodLabel(method),
              description: methodDescription(method, login.client),
            }))}
            onChange={({ detail }) => {
              setChosenKind(detail.value as LoginMethod["kind"]);
              setAgreed(false);
            }}
            data-testid={`client-login-${login.client}-methods`}
          />
        )}
        {chosen !== undefined && (
          <SpaceBetween size="xs">
            {login.methods.length === 1 && (
              <div>
                {methodLabel(chosen.method)}. {methodDescription(chosen.method, login.client)}
              </div>
            )}
            <div style={{ overflowWrap: "anywhere" }}>
              Changes:
              <BulletList>
                {chosen.changes.map((change) => (
                  <li key={`${change.place} ${change.key}`}>{changeText(change)}</li>
                ))}
              </BulletList>
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
              onClick={() => void run(() => onApply(chosen.method), "apply")}
              data-testid={`client-login-${login.client}-apply`}
            >
              {chosen.method.kind === "ecr_helper" ? `Set up ${name}` : `Log ${name} in`}
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
