import Button from "@cloudscape-design/components/button";
import { useState } from "react";

interface StopButtonProps {
  /** Asks the work to stop. It ends later, and its end removes the button. */
  onStop: () => void;
  variant?: "normal" | "inline-link";
  text?: string;
  stoppingText?: string;
  "data-testid": string;
}

/** Stops work that is in progress, and says at once that it is stopping. */
export function StopButton(props: StopButtonProps) {
  const { onStop, variant, text = "Stop", stoppingText = "Stopping…" } = props;
  const [stopping, setStopping] = useState(false);
  return (
    <Button
      variant={variant}
      // A disabled button would drop the keyboard focus.
      loading={stopping}
      loadingText={stoppingText}
      onClick={() => {
        setStopping(true);
        onStop();
      }}
      data-testid={props["data-testid"]}
    >
      {stopping ? stoppingText : text}
    </Button>
  );
}
