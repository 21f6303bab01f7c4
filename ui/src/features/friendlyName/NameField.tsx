import { TextField } from "../../shared/TextField";
import type { FriendlyNameProps } from "./friendlyNameProps";

interface NameFieldProps extends Pick<FriendlyNameProps, "state" | "onChange"> {
  description?: string;
  testId: string;
  onEnter?: () => void;
}

/** The field of the name, which all tabs share. */
export function NameField({ state, onChange, ...field }: NameFieldProps) {
  return (
    <TextField
      {...field}
      label="Name"
      value={state.name}
      onChange={(value) => onChange({ name: value })}
      placeholder="registry.example.com"
    />
  );
}
