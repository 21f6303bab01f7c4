import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FullTable } from "./PagedTable";
import { StatusText } from "./StatusText";

const long = "a has the same name: shop/api. Change one of the two names.";

/** Whether the status has one line that ends with an ellipsis. */
function hasEllipsis(element: HTMLElement): boolean {
  return element.innerHTML.includes("overflow-ellipsis");
}

describe("a status", () => {
  it("in a table ends with an ellipsis, and has all of it as tooltip", () => {
    render(
      <FullTable
        name="statuses"
        section
        items={[{ text: long }]}
        columnDefinitions={[
          {
            id: "status",
            header: "Status",
            cell: ({ text }) => <StatusText type="error">{text}</StatusText>,
          },
        ]}
      />,
    );
    expect(hasEllipsis(screen.getByTitle(long))).toBe(true);
  });

  it("elsewhere shows all its words", () => {
    const { container } = render(<StatusText type="error">{long}</StatusText>);
    expect(hasEllipsis(container)).toBe(false);
    expect(screen.getByText(long).style.wordBreak).toBe("normal");
  });

  it("is this component everywhere", () => {
    const source = join(import.meta.dirname, "..");
    const plain = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
      (name) =>
        /\.tsx$/.test(name) &&
        !name.includes("StatusText") &&
        /<StatusIndicator\b(?!Props)/.test(readFileSync(join(source, name), "utf8")),
    );
    expect(plain).toEqual([]);
  });
});
