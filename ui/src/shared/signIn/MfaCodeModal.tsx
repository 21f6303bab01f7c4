import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState } from "react";
import { ErrorAlert } from "../../errors";
import { useAsyncAction } from "../useAsyncAction";

interface MfaCodeModalProps {
  /** The AWS profile that requires the code. */
  profile: string;
  /** The error message, which contains the device. */
  message: string;
  /** Submits the code. Throws if AWS rejects it. */
  onSubmit: (code: string) => Promise<void>;
  onDismiss: () => void;
}

const length = 6;

/** Asks for an MFA code. The code is submitted once and then cleared. */
export function MfaCodeModal({ profile, message, onSubmit, onDismiss }: MfaCodeModalProps) {
  const [code, setCode] = useState("");
  const { busy, error, run } = useAsyncAction();
  const input = useRef<InputProps.Ref>(null);

  // Sets the focus after a rejected code.
  useEffect(() => {
    if (!busy) {
      input.current?.focus();
    }
  }, [busy]);

  const submit = () =>
    run(async () => {
      const typed = code;
      setCode("");
      await onSubmit(typed);
    });
  const complete = code.length === length;

  return (
    <Modal
      visible
      header={`MFA code for ${profile}`}
      closeAriaLabel="Close without entering a code"
      onDismiss={onDismiss}
      data-testid="mfa-modal"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (complete && !busy) {
            submit();
          }
        }}
      >
        <Form
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button formAction="none" onClick={onDismiss} data-testid="mfa-cancel">
                Cancel
              </Button>
              <Button
                variant="primary"
                loading={busy}
                disabled={!complete}
                data-testid="mfa-submit"
              >
                Sign in
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="m">
            <Box>{message}</Box>
            <FormField
              label="Code"
              description="Enter the six digits that the device shows. The code is valid for one session."
            >
              <Input
                ref={input}
                value={code}
                inputMode="numeric"
                autoComplete="one-time-code"
                spellcheck={false}
                disabled={busy}
                onChange={({ detail }) => setCode(detail.value.replace(/\D/g, "").slice(0, length))}
                data-testid="mfa-code"
              />
            </FormField>
            <div aria-live="polite">{error !== null && <ErrorAlert error={error} />}</div>
          </SpaceBetween>
        </Form>
      </form>
    </Modal>
  );
}
