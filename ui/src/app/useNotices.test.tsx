import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { useNotices } from "./useNotices";

it("replaces a notification by a later one about the same thing, and no other", () => {
  const { result } = renderHook(() => useNotices());
  const headers = () => result.current.notices.map(({ header }) => header);
  const show = (header: string, about?: string[]) =>
    act(() => {
      result.current.notify({ type: "success", header, about });
    });
  show("Installed a", ["file a"]);
  show("Installed b", ["file b"]);
  show("Saved");
  show("Restored a", ["file a"]);
  expect(headers()).toEqual(["Restored a", "Saved", "Installed b"]);
  // Notifications about nothing in particular stay.
  show("Saved too");
  expect(headers()).toEqual(["Saved too", "Restored a", "Saved", "Installed b"]);
});
