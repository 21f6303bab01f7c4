import Box from "@cloudscape-design/components/box";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import { shortcuts } from "./shortcuts";

/** Lists the keyboard shortcuts. */
export function ShortcutsModal({ onClose }: { onClose: () => void }) {
  return (
    <Modal
      visible
      header="Keyboard shortcuts"
      closeAriaLabel="Close"
      onDismiss={onClose}
      data-testid="shortcuts-modal"
    >
      <KeyValuePairs
        columns={2}
        items={shortcuts.map(({ keys, does }) => ({
          label: does,
          value: <Box variant="code">{keys}</Box>,
        }))}
      />
    </Modal>
  );
}
