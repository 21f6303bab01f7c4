import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import type { CheckState, PullPrerequisite } from "../../ipc/generated";
import { StatusText } from "../StatusText";
import { useAsyncAction } from "../useAsyncAction";

const types: Record<CheckState, "success" | "warning" | "error" | "stopped"> = {
  passed: "success",
  warning: "warning",
  failed: "error",
  not_checked: "stopped",
};

const titles = [
  "AWS credentials",
  "Permission to pull",
  "A client that is logged in",
  "Network access",
] as const;

interface PrerequisitesProps {
  ask: () => Promise<PullPrerequisite[]>;
}

/** The four prerequisites of a pull from this computer, checked on request. */
export function Prerequisites({ ask }: PrerequisitesProps) {
  const [found, setFound] = useState<readonly PullPrerequisite[] | null>(null);
  const { busy, error, run, dismiss } = useAsyncAction();
  const check = () =>
    void run(async () => {
      setFound(await ask());
    });
  return (
    <SpaceBetween size="s">
      <div data-testid="pull-prerequisites" role="status">
        <ColumnLayout columns={4} variant="text-grid">
          {titles.map((title, index) => {
            const one = found?.[index];
            return (
              <div key={title}>
                <Box variant="awsui-key-label">{title}</Box>
                {one === undefined ? (
                  <StatusText type={busy ? "in-progress" : "pending"}>
                    {busy ? "Checking" : "Not checked"}
                  </StatusText>
                ) : (
                  <>
                    <StatusText type={types[one.state]}>{one.message}</StatusText>
                    {one.next !== null && (
                      <Box variant="small" display="block">
                        {one.next}
                      </Box>
                    )}
                  </>
                )}
              </div>
            );
          })}
        </ColumnLayout>
      </div>
      <Button loading={busy} onClick={check} data-testid="pull-prerequisites-check">
        Check this computer
      </Button>
      {error !== null && (
        <ErrorAlert error={error} actions={{ retry: check }} onDismiss={dismiss} />
      )}
    </SpaceBetween>
  );
}
