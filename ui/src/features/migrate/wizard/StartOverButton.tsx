import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { ConfirmModal } from "../../../shared/ConfirmModal";
import { formatCounted } from "../../../shared/format";
import { type Draft, emptyDraft, holdsWork } from "./draft";
import type { DraftAction } from "./reducer";

interface StartOverButtonProps {
  draft: Draft;
  dispatch: (action: DraftAction) => void;
}

/** Empties the wizard, and asks before where that takes somebody's work. */
export function StartOverButton({ draft, dispatch }: StartOverButtonProps) {
  const [asked, setAsked] = useState(false);
  const startOver = () => {
    setAsked(false);
    dispatch({ type: "restored", draft: emptyDraft });
  };
  const images = draft.images.length;
  return (
    <>
      <Button
        variant="link"
        onClick={() => (holdsWork(draft) ? setAsked(true) : startOver())}
        data-testid="wizard-clear"
      >
        Start over
      </Button>
      {asked && (
        <ConfirmModal
          header="Start over?"
          closeLabel="Keep what was chosen"
          confirm="Start over"
          name="wizard-clear"
          onConfirm={startOver}
          onClose={() => setAsked(false)}
        >
          {images === 0
            ? "The wizard forgets everything that was said in it, names and settings of repositories too."
            : `The wizard forgets ${formatCounted(images, "chosen image", "chosen images")}, and everything else that was said in it.`}{" "}
          Nothing changes in ECR or at the source.
        </ConfirmModal>
      )}
    </>
  );
}
