import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import { useState } from "react";
import type { SourceLoginStatus } from "../../../ipc/generated";
import { loginText } from "../../../shared/loginText";
import { SourceLoginFields, type SourceLoginProps } from "../../../shared/SourceLoginFields";
import { StatusText } from "../../../shared/StatusText";
import { SourceFact } from "./SourceField";

/** Whether a sign-in has to say more than that it succeeded. */
function isSettled({ login_error, keychain_error }: SourceLoginStatus): boolean {
  return login_error === null && keychain_error === null;
}

/** The login of the source in one line, and the dialog to change it, which closes after a success. */
export function SignInStatus(props: SourceLoginProps) {
  const [open, setOpen] = useState(false);
  const { status, hub } = props;
  const unread = status.error !== null || (status.answer?.login_error ?? null) !== null;
  const text = unread ? "Couldn’t read the stored login" : loginText(status.answer);
  const anonymous = (status.answer?.origin ?? "anonymous") === "anonymous";
  return (
    <SourceFact label="Sign-in">
      <div className="source-sign-in" data-testid="source-login">
        <span className="one-line" title={text}>
          {unread ? <StatusText type="warning">{text}</StatusText> : text}
        </span>
        <Button
          variant="inline-link"
          ariaExpanded={open}
          onClick={() => setOpen(true)}
          data-testid="source-login-open"
        >
          {anonymous ? "Sign in" : "Change"}
        </Button>
      </div>
      {open && (
        <Modal
          visible
          // What appears below the fields doesn’t move them.
          position="top"
          header={hub ? "Sign in to Docker Hub" : "Sign in to the registry"}
          onDismiss={() => setOpen(false)}
          data-testid="source-login-dialog"
        >
          <SourceLoginFields
            {...props}
            onSignIn={async (login) => {
              const answer = await props.onSignIn(login);
              if (isSettled(answer)) {
                setOpen(false);
              }
              return answer;
            }}
            onSignOut={async () => {
              const answer = await props.onSignOut();
              if (isSettled(answer)) {
                setOpen(false);
              }
              return answer;
            }}
          />
        </Modal>
      )}
    </SourceFact>
  );
}
