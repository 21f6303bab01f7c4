import FormField, { type FormFieldProps } from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import type { Ref } from "react";

type FieldProps = Pick<
  FormFieldProps,
  "label" | "description" | "constraintText" | "errorText" | "stretch"
>;

interface TextFieldProps extends FieldProps, Omit<InputProps, "onChange" | "onKeyDown"> {
  /** Whether the label says that the field can stay empty. */
  optional?: boolean;
  testId?: string;
  onChange: (value: string) => void;
  onEnter?: () => void;
  ref?: Ref<InputProps.Ref>;
}

/** A form field with one line of text. Names, addresses, and numbers aren’t checked for spelling. */
export function TextField(props: TextFieldProps) {
  const { label, optional, description, constraintText, errorText, stretch, ...own } = props;
  const { testId, onChange, onEnter, ...input } = own;
  return (
    <FormField
      label={
        optional ? (
          <>
            {label} <i>- optional</i>
          </>
        ) : (
          label
        )
      }
      description={description}
      constraintText={constraintText}
      errorText={errorText}
      stretch={stretch}
    >
      <Input
        spellcheck={false}
        {...input}
        onChange={({ detail }) => onChange(detail.value)}
        onKeyDown={
          onEnter &&
          (({ detail }) => {
            if (detail.key === "Enter") {
              onEnter();
            }
          })
        }
        data-testid={testId}
      />
    </FormField>
  );
}
