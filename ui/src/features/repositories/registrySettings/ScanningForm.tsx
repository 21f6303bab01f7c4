import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";
import type { RegistryScanning } from "../../../ipc/generated";
import { TextField } from "../../../shared/TextField";
import { ChangeModal, type ChangeModalProps } from "./ChangeModal";
import {
  frequencyLabels,
  scanFrequencies,
  scanningOf,
  scanningWords,
  scanPatterns,
} from "./registryWords";

type FormProps = Pick<ChangeModalProps, "connection" | "onChanged" | "onClose">;

/** Changes which images are scanned when. */
export function ScanningForm({ scanning, ...modal }: FormProps & { scanning: RegistryScanning }) {
  const [isEnhanced, setIsEnhanced] = useState(scanning.scan_type === "enhanced");
  const [entered, setEntered] = useState(scanPatterns(scanning));
  const wanted = scanningOf(isEnhanced, entered);
  const fields = scanFrequencies(isEnhanced);
  return (
    <ChangeModal
      {...modal}
      title="Scanning"
      confirm={isEnhanced ? "Set enhanced scanning" : "Set basic scanning"}
      change={
        wanted.problem === null
          ? { kind: "scanning", before: scanning, scanning: wanted.scanning }
          : null
      }
      disabledReason={wanted.problem ?? undefined}
    >
      <FormField label="Type">
        <RadioGroup
          value={isEnhanced ? "enhanced" : "basic"}
          onChange={({ detail }) => setIsEnhanced(detail.value === "enhanced")}
          items={[
            { value: "basic", label: "Basic", description: "Operating system packages. Free." },
            {
              value: "enhanced",
              label: "Enhanced",
              description:
                "Operating system and language packages, by Amazon Inspector. Billed for each image.",
            },
          ]}
        />
      </FormField>
      {fields.map((frequency) => (
        <TextField
          key={frequency}
          label={frequencyLabels[frequency]}
          description="Patterns of repository names, separated by spaces. * is all."
          value={entered[frequency]}
          onChange={(value) => setEntered({ ...entered, [frequency]: value })}
          testId={`scan-${frequency}`}
        />
      ))}
      {wanted.problem !== null && <Box color="text-status-error">{wanted.problem}</Box>}
      <BeforeAfter before={scanningWords(scanning)} after={scanningWords(wanted.scanning)} />
    </ChangeModal>
  );
}

/** The current setting, and the setting after the change. */
export function BeforeAfter({
  before,
  after,
}: {
  before: readonly string[];
  after: readonly string[];
}) {
  const list = (sentences: readonly string[]) =>
    sentences.length === 0 ? (
      <Box>None</Box>
    ) : (
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    );
  return (
    <div data-testid="registry-before-after">
      <Box variant="awsui-key-label">Now</Box>
      {list(before)}
      <Box variant="awsui-key-label">After the change</Box>
      {list(after)}
    </div>
  );
}
