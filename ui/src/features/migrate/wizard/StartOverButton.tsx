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

/** Resets the wizard. Asks for confirmation if the user would lose choices. */
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
          closeLabel="Keep selection"
          confirm="Start over"
          name="wizard-clear"
          onConfirm={startOver}
          onClose={() => setAsked(false)}
        >
          {images === 0
            ? "This clears all choices in the wizard, including repository names and settings."
            : `This clears the selection of ${formatCounted(images, "image", "images")} and all other choices in the wizard.`}{" "}
          This doesn’t change images in ECR or at the source.
        </ConfirmModal>
      )}
    </>
  );
}
