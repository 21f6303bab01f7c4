import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import { useEffect, useState } from "react";
import { regionName, regionOptions, regionProblem, regionWarning } from "./regions";

/** Props of {@link RegionField}. */
export interface RegionFieldProps {
  /** The region that counts; nothing where none is chosen. */
  region: string | null;
  /** The region that the AWS profile itself names. */
  own: string | null;
  description?: string;
  placeholder?: string;
  onChange: (region: string | null) => void;
  "data-testid": string;
}

/**
 * A region, chosen from the list or typed: AWS has new ones before this program knows them. It counts
 * when it is chosen or the field is left, so that AWS is not asked at every letter.
 */
export function RegionField({
  region,
  own,
  description,
  placeholder = "Choose or type a region",
  onChange,
  "data-testid": testId,
}: RegionFieldProps) {
  const [text, setText] = useState(region ?? "");
  // What is wrong with it is said once it was left, and not at every letter.
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
        empty="No region is called so"
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
