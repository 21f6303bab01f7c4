import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useEffect, useRef } from "react";
import { InfoLink, stepTopics } from "../../../shared/help";
import { wizardSteps } from "./wizardSteps";

interface StepBarProps {
  index: number;
  onStep: (index: number) => void;
}

/** The steps across the top. A step shown later has the focus, as a new page has. */
export function StepBar({ index, onStep }: StepBarProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(index);
  useEffect(() => {
    if (shown.current !== index) {
      shown.current = index;
      heading.current?.focus({ preventScroll: true });
      document.documentElement.scrollTop = 0;
    }
  }, [index]);
  return (
    <div className="wizard-header">
      <Box variant="h1" padding="n" fontSize="heading-m">
        Migrate
      </Box>
      <nav aria-label="Steps">
        <ol className="wizard-steps">
          {wizardSteps.map(({ id, title }, at) => (
            <li key={id} className="wizard-step" aria-current={at === index ? "step" : undefined}>
              <Box variant="span" color="text-body-secondary">
                {at < index ? "✓" : at + 1}
              </Box>
              {at === index ? (
                <>
                  <Box>
                    <h2 ref={heading} tabIndex={-1}>
                      {title}
                    </h2>
                  </Box>
                  <InfoLink topic={stepTopics[id]} />
                </>
              ) : (
                <Button
                  variant="inline-link"
                  onClick={() => onStep(at)}
                  data-testid={`wizard-step-${id}`}
                >
                  {title}
                </Button>
              )}
            </li>
          ))}
        </ol>
      </nav>
    </div>
  );
}
