import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

interface ConsentAlertProps {
  header: string;
  action: ReactNode;
  /** Label of the checkbox. */
  label: string;
  agreed: boolean;
  onAgreed: (agreed: boolean) => void;
  /** Test IDs of the alert and the checkbox. */
  testIds: { readonly alert: string; readonly tick: string };
  children: ReactNode;
}

/** A warning with a checkbox that the user must select to continue. */
export function ConsentAlert(props: ConsentAlertProps) {
  const { header, action, label, agreed, onAgreed, testIds, children } = props;
  return (
    <div data-testid={testIds.alert}>
      <Alert type="warning" header={header} action={action}>
        <SpaceBetween size="xs">
          <div style={{ overflowWrap: "anywhere" }}>{children}</div>
          <Checkbox
            checked={agreed}
            onChange={({ detail }) => onAgreed(detail.checked)}
            data-testid={testIds.tick}
          >
            {label}
          </Checkbox>
        </SpaceBetween>
      </Alert>
    </div>
  );
}
