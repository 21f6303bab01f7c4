import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

interface ConsentAlertProps {
  header: string;
  /** What else can be done about it. */
  action: ReactNode;
  /** What a person agrees to with the tick. */
  label: string;
  agreed: boolean;
  onAgreed: (agreed: boolean) => void;
  /** Test ids of the alert and of the tick. */
  testIds: { readonly alert: string; readonly tick: string };
  children: ReactNode;
}

/** A warning that nothing gets past before a person has agreed to it. */
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
