import { render } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { MeasuredWidth } from "./MeasuredWidth";

it.each([
  [495, 494.5, 494],
  [494, 494.4, 494],
  [494, 494, 494],
])("reports whole pixels: %d for %d", (rounded, exact, reported) => {
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(rounded);
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(
    new DOMRect(0, 0, exact, 10),
  );
  const onWidth = vi.fn();
  render(<MeasuredWidth onWidth={onWidth}>text</MeasuredWidth>);
  expect(onWidth).toHaveBeenLastCalledWith(reported);
});
