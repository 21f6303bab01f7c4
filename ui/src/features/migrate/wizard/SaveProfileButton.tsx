import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import { useState } from "react";
import { SaveProfileForm } from "../steps/SaveProfileForm";
import { useSaveProfile } from "./useSaveProfile";
import type { StepContext } from "./wizardStep";

/** Saves all choices of the wizard as a profile, in Review, where they are complete. */
export function SaveProfileButton({
  draft,
  dispatch,
  data,
}: Pick<StepContext, "draft" | "dispatch" | "data">) {
  const [open, setOpen] = useState(false);
  const save = useSaveProfile(draft, dispatch, data);
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="save-profile-open">
        Save profile
      </Button>
      {open && (
        <Modal
          visible
          header="Save as profile"
          onDismiss={() => setOpen(false)}
          data-testid="save-profile-dialog"
        >
          <SaveProfileForm
            known={data.identity.answer !== null}
            description="Saves the AWS profile, region, prefix, rename rules, repository settings, and source. Secrets aren’t saved."
            onSave={async (name) => {
              await save(name);
              setOpen(false);
            }}
          />
        </Modal>
      )}
    </>
  );
}
