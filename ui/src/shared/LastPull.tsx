import Button from "@cloudscape-design/components/button";
import Popover from "@cloudscape-design/components/popover";
import { formatExact } from "./format";
import { HelpLink } from "./help";
import { RelativeTime } from "./RelativeTime";

interface LastPullProps {
  /** The name of the image, for the label of the mark. */
  name: string;
  /** The last pull by someone else. */
  pulledAtMs: number | null;
  /** When Transload read the image, if ECR reports that as the last pull. */
  ownReadAtMs: number | null;
}

/** The last pull by someone else. A read by Transload that ECR reports as a pull is marked. */
export function LastPull({ name, pulledAtMs, ownReadAtMs }: LastPullProps) {
  if (ownReadAtMs === null) {
    return <RelativeTime timeMs={pulledAtMs} />;
  }
  return (
    <span>
      {pulledAtMs === null ? "Never" : <RelativeTime timeMs={pulledAtMs} />}{" "}
      <Popover
        triggerType="custom"
        dismissAriaLabel="Close"
        size="small"
        content={
          <>
            {`ECR reports a pull on ${formatExact(ownReadAtMs)}. Transload read the manifest then. Shown is the last pull before that. To keep your reads out of pull times, exclude your role in the registry settings.`}{" "}
            <HelpLink topic="pull_times">Learn more about pull times</HelpLink>
          </>
        }
      >
        <Button variant="inline-icon" iconName="status-info" ariaLabel={`Last pull of ${name}`} />
      </Popover>
    </span>
  );
}
