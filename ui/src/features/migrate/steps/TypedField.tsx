import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import type { ReactNode } from "react";
import { useTypedText } from "./useTypedText";

interface TypedFieldProps {
  label: ReactNode;
  description: string;
  value: string;
  placeholder?: string;
  testId: string;
  problem: string | null;
  /** Label of a button that applies the value. The button is enabled while the value differs. */
  apply?: string;
  onChange: (value: string) => void;
}

/** A text field that applies its value on blur and on Enter. */
export function TypedField(props: TypedFieldProps) {
  const { label, description, value, placeholder, testId, problem, apply, onChange } = props;
  const typed = useTypedText(value, onChange);
  return (
    <FormField
      label={label}
      description={description}
      errorText={problem ?? undefined}
      secondaryControl={
        apply !== undefined && (
          <Button onClick={typed.apply} disabled={typed.unchanged} data-testid={`${testId}-apply`}>
            {apply}
          </Button>
        )
      }
    >
      <Input {...typed.input} placeholder={placeholder} data-testid={testId} />
    </FormField>
  );
}
