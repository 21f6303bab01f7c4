import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, it } from "vitest";
import { DeferredInput } from "./DeferredInput";

const rendered: string[] = [];

/** Rows that show the value. */
function Rows({ value }: { value: string }) {
  rendered.push(value);
  return <p data-testid="rows">{value}</p>;
}

/** A field whose value is shown in rows, and a button that changes the value from elsewhere. */
function Page() {
  const [value, setValue] = useState("");
  return (
    <>
      <DeferredInput value={value} onChange={setValue} data-testid="field" />
      <button type="button" onClick={() => setValue("reset")}>
        Reset
      </button>
      <Rows value={value} />
    </>
  );
}

function renderField(): HTMLInputElement {
  render(<Page />);
  const wrapper = createWrapper().findInput('[data-testid="field"]');
  return wrapper?.findNativeInput().getElement() as HTMLInputElement;
}

it("shows keys that follow each other at once, and renders the rows for the last one", () => {
  const field = renderField();
  const before = rendered.length;
  act(() => {
    for (const text of ["t", "te", "team/"]) {
      fireEvent.change(field, { target: { value: text } });
    }
  });
  expect(field.value).toBe("team/");
  expect(rendered.slice(before)).toEqual(["team/"]);
});

it("takes a value from elsewhere, but not an earlier one of its own while the user types", () => {
  const field = renderField();
  fireEvent.focus(field);
  fireEvent.change(field, { target: { value: "team/" } });
  fireEvent.blur(field);
  fireEvent.click(screen.getByText("Reset"));
  expect(field.value).toBe("reset");
  expect(screen.getByTestId("rows").textContent).toBe("reset");
});
