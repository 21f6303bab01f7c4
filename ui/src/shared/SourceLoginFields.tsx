import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import type { InputProps } from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState } from "react";
import { type ErrorActions, ErrorAlert } from "../errors";
import type { PracticeStatus, SourceLogin, SourceLoginStatus } from "../ipc/generated";
import { TextField } from "./TextField";
import { useAsyncAction } from "./useAsyncAction";
import type { Request } from "./useRequest";

export type TypedLogin = Pick<SourceLogin, "username" | "secret" | "keep">;

/** An error of the keychain with its actions. */
interface Remark {
  readonly error: unknown;
  readonly actions: ErrorActions;
}

export interface SourceLoginProps {
  status: Request<SourceLoginStatus>;
  /** Whether the source is Docker Hub or the practice Docker Hub. */
  hub: boolean;
  /** Credentials of the practice Docker Hub, or `null` for other sources. */
  practice: PracticeStatus | null;
  onSignIn: (login: TypedLogin) => Promise<SourceLoginStatus>;
  onSignOut: () => Promise<SourceLoginStatus>;
}

/** The fields to sign in to a source, and what went wrong below them. */
export function SourceLoginFields(props: SourceLoginProps) {
  const { status, hub, practice, onSignIn, onSignOut } = props;
  const [username, setUsername] = useState("");
  const [secret, setSecret] = useState("");
  const [keep, setKeep] = useState(false);
  // A keychain error after a successful sign-in.
  const [remark, setRemark] = useState<Remark | null>(null);
  const { busy, error, run, dismiss } = useAsyncAction();
  const origin = status.answer?.origin ?? "anonymous";
  // The button that had the focus is disabled now, and without a focus, Esc doesn't close the dialog.
  const secretField = useRef<InputProps.Ref>(null);
  useEffect(() => {
    if (error !== null) {
      secretField.current?.focus();
    }
  }, [error]);

  const dismissAll = () => {
    dismiss();
    setRemark(null);
  };
  const continueWithoutSaving = () => {
    setKeep(false);
    setRemark(null);
  };
  const signIn = () =>
    run(async () => {
      const typed = { username: username.trim(), secret, keep };
      setSecret("");
      const { keychain_error } = await onSignIn(typed);
      // The secret was cleared, so the call can't be retried with it.
      setRemark(
        keychain_error && {
          error: keychain_error,
          actions: { continue_without_saving: continueWithoutSaving },
        },
      );
    });
  const signOut = () =>
    run(async () => {
      const { keychain_error } = await onSignOut();
      setRemark(keychain_error && { error: keychain_error, actions: { retry: signOut } });
    });
  const failure = error ?? status.error ?? remark?.error ?? null;
  const doubt = status.answer?.login_error ?? null;

  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={2}>
        <TextField
          label={hub ? "Docker Hub user name" : "User name"}
          description={
            practice === null
              ? hub && "Or an organization name, with an organization access token."
              : `Practice user name: “${practice.hub_account}”.`
          }
          value={username}
          autoComplete={false}
          onChange={setUsername}
          testId="source-username"
        />
        <TextField
          label={hub ? "Access token" : "Password or access token"}
          description={
            practice === null
              ? hub &&
                "Create the token in the Docker Hub account settings. Read permission is sufficient."
              : `Practice token: “${practice.hub_access_token}”.`
          }
          ref={secretField}
          type="password"
          value={secret}
          autoComplete={false}
          onChange={setSecret}
          onEnter={() => {
            if (username.trim() !== "" && secret !== "") {
              signIn();
            }
          }}
          testId="source-secret"
        />
      </ColumnLayout>
      <Checkbox
        checked={keep}
        onChange={({ detail }) => setKeep(detail.checked)}
        description="If not selected, the login is kept in memory until Transload closes."
        data-testid="source-keep"
      >
        Remember in keychain
      </Checkbox>
      <SpaceBetween direction="horizontal" size="xs">
        <Button
          variant="primary"
          onClick={signIn}
          loading={busy}
          disabled={username.trim() === "" || secret === ""}
          data-testid="source-sign-in"
        >
          Sign in
        </Button>
        {(origin === "typed" || origin === "keychain") && (
          <Button onClick={signOut} disabled={busy} data-testid="source-sign-out">
            {origin === "keychain" ? "Sign out and delete from keychain" : "Sign out"}
          </Button>
        )}
      </SpaceBetween>
      {doubt !== null && <ErrorAlert error={doubt} />}
      {failure !== null && (
        <ErrorAlert
          error={failure}
          actions={failure === remark?.error ? remark.actions : {}}
          onDismiss={dismissAll}
        />
      )}
    </SpaceBetween>
  );
}
