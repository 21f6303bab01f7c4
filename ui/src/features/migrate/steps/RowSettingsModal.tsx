import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { RepositorySettings } from "../../../ipc/generated";
import { RepositorySettingsForm } from "../../../shared/RepositorySettingsForm";
import { repositorySettingsValid } from "../../../shared/repositorySettings";

interface RowSettingsModalProps {
  name: string;
  template: RepositorySettings;
  settings: RepositorySettings | null;
  onDismiss: () => void;
  /** `null` means the settings of the template. */
  onSave: (settings: RepositorySettings | null) => void;
}

/** Custom settings of one new repository. */
export function RowSettingsModal(props: RowSettingsModalProps) {
  const [value, setValue] = useState(props.settings ?? props.template);
  return (
    <Modal
      visible
      size="large"
      header={`Settings of ${props.name}`}
      closeAriaLabel="Close"
      onDismiss={props.onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={props.onDismiss}>
              Cancel
            </Button>
            <Button onClick={() => props.onSave(null)}>Use default</Button>
            <Button
              variant="primary"
              disabled={!repositorySettingsValid(value)}
              onClick={() => props.onSave(value)}
            >
              Save settings
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <RepositorySettingsForm value={value} onChange={setValue} />
    </Modal>
  );
}
