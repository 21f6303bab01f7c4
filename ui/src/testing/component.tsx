/** What the tests of one component need: its backend, buttons by their ID, and values. */
import { fireEvent, type RenderResult, render, screen } from "@testing-library/react";
import type { ReactElement } from "react";
import { type Backend, BackendProvider } from "../ipc";
import type { AwsConnection } from "../ipc/generated";

export const practice: AwsConnection = { kind: "practice" };

/** The digest of an image that is known by a number. */
export const numberedDigest = (number: number) => `sha256:${String(number).padStart(64, "0")}`;

/** Renders a component with a backend that has the calls of the test only. */
export function renderWith(backend: Partial<Backend>, component: ReactElement): RenderResult {
  return render(<BackendProvider backend={backend as Backend}>{component}</BackendProvider>);
}

export function press(id: string): void {
  fireEvent.click(screen.getByTestId(id));
}

export function isDisabled(id: string): boolean {
  const button = screen.getByTestId(id);
  return button.getAttribute("aria-disabled") === "true" || button.hasAttribute("disabled");
}
