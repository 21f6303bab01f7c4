import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../../errors";

interface SaveProfileFormProps {
  /** Whether the identity is known. The account is saved with the profile. */
  known: boolean;
  /** What is saved. */
  description: string;
  onSave: (name: string) => Promise<void>;
}

/** Saves the connection as a profile. */
export function SaveProfileForm({ known, description, onSave }: SaveProfileFormProps) {
  const [name, setName] = useState("");
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = async () => {
    if (name.trim() === "" || !known || saving) {
      return;
    }
    setSaving(true);
    setError(null);
    try {
      await onSave(name.trim());
    } catch (failure) {
      setError(failure);
    } finally {
      setSaving(false);
    }
  };
  return (
    <SpaceBetween size="s">
      <FormField
        label={
          <span>
            Save as profile <i>- optional</i>
          </span>
        }
        description={description}
        secondaryControl={
          <Button
            onClick={save}
            loading={saving}
            disabled={name.trim() === "" || !known}
            data-testid="save-profile"
          >
            Save profile
          </Button>
        }
      >
        <Input
          value={name}
          placeholder="Production"
          onChange={({ detail }) => setName(detail.value)}
          data-testid="save-profile-name"
        />
      </FormField>
      {error !== null && <ErrorAlert error={error} onDismiss={() => setError(null)} />}
    </SpaceBetween>
  );
}
