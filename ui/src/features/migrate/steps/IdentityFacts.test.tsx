import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeIdentity } from "../../../ipc/fake/fixtures";
import { accessibilityViolations } from "../../../testing/accessibility";
import { IdentityFacts } from "./IdentityFacts";

/** The labels of the rows, and the number of lines of the endpoints. */
function rowsOf(container: HTMLElement) {
  const rows = createWrapper(container)
    .findAllKeyValuePairs()
    .flatMap((pairs) => pairs.findItems());
  return {
    labels: rows.map((row) => row.findLabel()?.getElement().textContent),
    endpointLines: screen.getByTestId("identity-endpoints").childElementCount,
  };
}

it("has the same rows while the identity loads and when it is known", async () => {
  const { container, rerender } = render(<IdentityFacts identity={null} alias={null} loading />);
  expect(container.textContent).toContain("Verifying credentials");
  expect(await accessibilityViolations(container)).toEqual([]);
  const before = rowsOf(container);
  rerender(<IdentityFacts identity={fakeIdentity(false, null)} alias={null} loading={false} />);
  expect(container.textContent).not.toContain("Verifying credentials");
  expect(rowsOf(container)).toEqual(before);
  expect(before.labels).toHaveLength(6);
});

it("has the same rows before the identity can be read", () => {
  const { container } = render(<IdentityFacts identity={null} alias={null} loading={false} />);
  expect(rowsOf(container).labels).toHaveLength(6);
  expect(container.textContent).toContain("–");
});

it("keeps each value in one line, however long it is", () => {
  const arn =
    "arn:aws:sts::000000000000:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/first.last@example.com";
  const identity = { ...fakeIdentity(false, null), arn };
  render(<IdentityFacts identity={identity} alias={null} loading={false} />);
  expect(screen.getByTitle(arn).className).toContain("middle-ellipsis");
});
