import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { type ReactNode, useEffect, useState } from "react";

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
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const take = () => {
    if (text.trim() !== value) {
      onChange(text.trim());
    }
  };
  return (
    <FormField
      label={label}
      description={description}
      errorText={problem ?? undefined}
      secondaryControl={
        apply !== undefined && (
          <Button onClick={take} disabled={text.trim() === value} data-testid={`${testId}-apply`}>
            {apply}
          </Button>
        )
      }
    >
      <Input
        value={text}
        placeholder={placeholder}
        spellcheck={false}
        onChange={({ detail }) => setText(detail.value)}
        onBlur={take}
        onKeyDown={({ detail }) => {
          if (detail.key === "Enter") {
            take();
          }
        }}
        data-testid={testId}
      />
    </FormField>
  );
}
