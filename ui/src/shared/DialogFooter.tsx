import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

interface DialogFooterProps {
  /** The button that closes the dialog: `Cancel`, or `Close` if nothing is left to cancel. */
  closeLabel: string;
  /** Whether the dialog can't be closed now. */
  isLocked: boolean;
  onClose: () => void;
  closeTestId: string;
  /** The button that does what the dialog is about, or `null` without one. */
  confirm: {
    readonly label: string;
    readonly busy: boolean;
    readonly disabled?: boolean;
    readonly disabledReason?: string;
    readonly onConfirm: () => void;
    readonly testId: string;
  } | null;
  /** A button before the others, for example *Stop*. */
  children?: ReactNode;
}

/** The buttons of a dialog that does something after a confirmation. */
export function DialogFooter(props: DialogFooterProps) {
  const { confirm } = props;
  return (
    <Box float="right">
      <SpaceBetween direction="horizontal" size="xs">
        {props.children}
        <Button
          variant="link"
          disabled={props.isLocked}
          onClick={props.onClose}
          data-testid={props.closeTestId}
        >
          {props.closeLabel}
        </Button>
        {confirm !== null && (
          <Button
            variant="primary"
            loading={confirm.busy}
            disabled={confirm.disabled}
            disabledReason={confirm.disabledReason}
            onClick={confirm.onConfirm}
            data-testid={confirm.testId}
          >
            {confirm.label}
          </Button>
        )}
      </SpaceBetween>
    </Box>
  );
}
