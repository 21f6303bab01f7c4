import Input, { type InputProps } from "@cloudscape-design/components/input";
import { startTransition, useEffect, useRef, useState } from "react";

interface DeferredInputProps extends Omit<InputProps, "onChange"> {
  onChange: (value: string) => void;
  /** Used to find the field in tests. */
  "data-testid"?: string;
}

/**
 * A text field whose value is shown in hundreds of rows. The field itself shows each key at once, and
 * the rows follow in a transition, which the next key interrupts.
 */
export function DeferredInput({ value, onChange, onFocus, onBlur, ...input }: DeferredInputProps) {
  const [text, setText] = useState(value);
  const focused = useRef(false);
  useEffect(() => {
    // While the user types, the value is an earlier text of this field.
    if (!focused.current) {
      setText(value);
    }
  }, [value]);
  return (
    <Input
      {...input}
      value={text}
      onFocus={(event) => {
        focused.current = true;
        onFocus?.(event);
      }}
      onBlur={(event) => {
        focused.current = false;
        // A button that is pressed next sees what was typed.
        if (text !== value) {
          onChange(text);
        }
        onBlur?.(event);
      }}
      onChange={({ detail }) => {
        setText(detail.value);
        startTransition(() => onChange(detail.value));
      }}
    />
  );
}
