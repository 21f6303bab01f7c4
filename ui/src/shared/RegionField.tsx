import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import { useEffect, useState } from "react";
import { regionName, regionOptions, regionProblem, regionWarning } from "./regions";

interface RegionFieldProps {
  /** The applied region, or `null`. */
  region: string | null;
  /** The default region of the AWS profile. */
  own: string | null;
  description?: string;
  placeholder?: string;
  onChange: (region: string | null) => void;
  "data-testid": string;
}

/**
 * A region field with suggestions. New regions can be entered. The value is applied on selection
 * and on blur, so that AWS isn't called for every character.
 */
export function RegionField({
  region,
  own,
  description,
  placeholder = "Choose or enter a Region",
  onChange,
  "data-testid": testId,
}: RegionFieldProps) {
  const [text, setText] = useState(region ?? "");
  // Problems are shown on blur, not for every character.
  const [left, setLeft] = useState(false);
  useEffect(() => setText(region ?? ""), [region]);
  const typed = text.trim();
  const problem = typed === "" ? null : regionProblem(typed);
  const shownProblem = left ? problem : null;
  const take = (value: string) => {
    const wanted = value.trim() === "" ? null : value.trim();
    setText(value.trim());
    setLeft(true);
    if (wanted !== region && (wanted === null || regionProblem(wanted) === null)) {
      onChange(wanted);
    }
  };
  const name = region === null ? null : regionName(region);
  return (
    <FormField
      label="Region"
      description={description}
      constraintText={name !== null && name !== region ? name : undefined}
      errorText={shownProblem ?? undefined}
      warningText={
        region === null || shownProblem !== null
          ? undefined
          : (regionWarning(region, own) ?? undefined)
      }
    >
      <Autosuggest
        value={text}
        options={regionOptions([own, region])}
        enteredTextLabel={(value) => `Use “${value}”`}
        placeholder={placeholder}
        expandToViewport
        empty="No matching Region"
        onChange={({ detail }) => {
          setLeft(false);
          setText(detail.value);
        }}
        onSelect={({ detail }) => take(detail.value)}
        onBlur={() => take(text)}
        onKeyDown={({ detail }) => {
          if (detail.key === "Enter") {
            take(text);
          }
        }}
        ariaLabel="Region"
        data-testid={testId}
      />
    </FormField>
  );
}
