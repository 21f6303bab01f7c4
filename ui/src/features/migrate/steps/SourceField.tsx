import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { type ReactNode, useRef } from "react";
import { useTypedText } from "./useTypedText";

interface SourceFieldProps {
  label: string;
  value: string;
  placeholder: string;
  testId: string;
  /** Whether the value is invalid. The hint below the fields says why. */
  invalid: boolean;
  /** Whether the repositories of the value are being loaded. */
  loading: boolean;
  /** Applies the value. The field then shows the applied one. */
  onChange: (value: string) => void | Promise<void>;
}

/** A field of the source in one line, which is applied with its button, on blur, and on Enter. */
export function SourceField(props: SourceFieldProps) {
  const { label, value, placeholder, testId, invalid, loading, onChange } = props;
  const applied = useRef(value);
  applied.current = value;
  const { text, setText, unchanged, apply, input } = useTypedText(value, async (typed) => {
    await onChange(typed);
    // A pasted address can name what the field already has.
    setText((now) => (now === text ? applied.current : now));
  });
  return (
    <FormField label={label} stretch>
      <div className="source-field">
        <Input
          {...input}
          placeholder={placeholder}
          invalid={invalid}
          ariaDescribedby={sourceHintId}
          data-testid={testId}
        />
        <Button
          onClick={apply}
          disabled={unchanged}
          loading={loading && unchanged}
          loadingText="Loading repositories"
          data-testid={`${testId}-apply`}
        >
          Load
        </Button>
      </div>
    </FormField>
  );
}

/** The ID of the line below the fields, which explains them or says what is wrong. */
export const sourceHintId = "source-hint";

/** A value that isn't a field, with a label as the fields have. */
export function SourceFact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="source-fact">
      <Box variant="awsui-key-label">{label}</Box>
      <Box>
        <div className="source-fact-value">{children}</div>
      </Box>
    </div>
  );
}
