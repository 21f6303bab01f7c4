import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import type { ConflictResolution, PlannedImage } from "../../../ipc/generated";
import { TextField } from "../../../shared/TextField";

/** Source: the OCI distribution specification, "Pulling manifests". */
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

interface ConflictChoiceFieldProps {
  image: PlannedImage;
  resolution: ConflictResolution | null;
  onChoose: (resolution: ConflictResolution | null) => void;
}

/** The choice for a tag that points to another image in ECR. */
export function ConflictChoiceField({ image, resolution, onChoose }: ConflictChoiceFieldProps) {
  // The tag that the user enters, while the dialog is open.
  const [newTag, setNewTag] = useState<string | null>(null);
  const overwrite = image.action.kind !== "conflict" || image.action.overwrite_allowed;
  const kind = resolution?.kind ?? null;
  const options = [
    { value: "keep_existing", label: "Keep existing" },
    {
      value: "overwrite",
      label: "Overwrite",
      disabled: !overwrite,
      disabledReason: "The repository’s tags are immutable.",
    },
    { value: "new_tag", label: "Copy as new tag" },
  ];
  const choose = (value: string | undefined) => {
    if (value === "new_tag") {
      setNewTag(resolution?.kind === "new_tag" ? resolution.tag : "");
      return;
    }
    if (value === "keep_existing" || value === "overwrite") {
      onChoose({ kind: value });
    }
  };
  const valid = newTag !== null && tagPattern.test(newTag);
  const take = () => {
    if (newTag !== null && valid) {
      onChoose({ kind: "new_tag", tag: newTag });
      setNewTag(null);
    }
  };
  const entered = resolution?.kind === "new_tag" ? `Copy as ${resolution.tag}` : undefined;
  return (
    <>
      <Select
        selectedOption={
          kind === "new_tag" && entered !== undefined
            ? { value: "new_tag", label: entered }
            : (options.find((option) => option.value === kind) ?? null)
        }
        options={options}
        placeholder="Choose an action"
        ariaLabel={`Action for ${image.destination}`}
        expandToViewport
        onChange={({ detail }) => choose(detail.selectedOption.value)}
        data-testid={`conflict-${image.image}`}
      />
      {newTag !== null && (
        <Modal
          visible
          header="Copy as new tag"
          onDismiss={() => setNewTag(null)}
          footer={
            <Button variant="primary" onClick={take} disabled={!valid}>
              Use tag
            </Button>
          }
        >
          <TextField
            label={`New tag of ${image.repository}`}
            constraintText="Up to 128 letters, digits, “_”, “.”, and “-”."
            errorText={
              newTag === "" || valid
                ? undefined
                : "Use up to 128 letters, digits, “_”, “.”, and “-”. Start with a letter, digit, or “_”."
            }
            value={newTag}
            ariaLabel={`Other tag for ${image.source}`}
            placeholder={`${image.tag}-copy`}
            onChange={setNewTag}
            onEnter={take}
            testId={`conflict-tag-${image.image}`}
          />
        </Modal>
      )}
    </>
  );
}
