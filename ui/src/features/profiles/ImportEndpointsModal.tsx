import { ConfirmModal } from "../../shared/ConfirmModal";

interface ImportEndpointsModalProps {
  /** Endpoints with the name of their profile. */
  endpoints: readonly string[];
  onClose: () => void;
  onImport: () => void;
}

/** Asks before profiles with custom endpoints are imported. */
export function ImportEndpointsModal(props: ImportEndpointsModalProps) {
  const { endpoints, onClose, onImport } = props;
  return (
    <ConfirmModal
      header="Import profiles with endpoints"
      closeLabel="Close without importing"
      confirm="Import with endpoints"
      name="profiles-import"
      onConfirm={onImport}
      onClose={onClose}
    >
      These profiles send requests and credentials to the endpoints below. Import them only if you
      trust the author of the file.
      <ul>
        {endpoints.map((endpoint) => (
          <li key={endpoint}>{endpoint}</li>
        ))}
      </ul>
    </ConfirmModal>
  );
}
