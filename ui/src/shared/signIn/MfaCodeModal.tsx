import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState } from "react";
import { ErrorAlert } from "../../errors";
import { useWork } from "../useWork";

/** Props of {@link MfaCodeModal}. */
export interface MfaCodeModalProps {
  /** The AWS profile whose role waits for the code. */
  profile: string;
  /** What the program said, which names the device. */
  message: string;
  /** Gives the code to the program; answers once AWS has taken it, and throws where it has not. */
  onSubmit: (code: string) => Promise<void>;
  onDismiss: () => void;
}

/** The digits of a code. */
const length = 6;

/** Asks for the code of an MFA device. What is typed is handed over once and then forgotten here. */
export function MfaCodeModal({ profile, message, onSubmit, onDismiss }: MfaCodeModalProps) {
  const [code, setCode] = useState("");
  const { busy, error, run } = useWork();
  const input = useRef<InputProps.Ref>(null);

  // Where a code was not taken, the next one is typed without a click.
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
      closeAriaLabel="Close without a code"
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
              description="The six digits that the device shows now. One code serves until its session ends."
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
