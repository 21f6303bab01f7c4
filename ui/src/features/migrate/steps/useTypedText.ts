import { useEffect, useState } from "react";

/**
 * A text that is applied on blur and on Enter, not with each key. A value that changes meanwhile replaces the text.
 * `onApply` receives the text without spaces around it, if it differs from the value.
 */
export function useTypedText(value: string, onApply: (typed: string) => void | Promise<void>) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const typed = text.trim();
  const unchanged = typed === value;
  const apply = () => {
    if (!unchanged) {
      void onApply(typed);
    }
  };
  return {
    text,
    setText,
    unchanged,
    apply,
    /** The properties of the input. */
    input: {
      value: text,
      spellcheck: false,
      onChange: ({ detail }: { detail: { value: string } }) => setText(detail.value),
      onBlur: apply,
      onKeyDown: ({ detail }: { detail: { key: string } }) => {
        if (detail.key === "Enter") {
          apply();
        }
      },
    },
  };
}
