import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { expect, it, vi } from "vitest";
import { useFollowingContent } from "./useFollowingContent";

function Page({ id }: { id: string | null }) {
  const { content, isFollowing } = useFollowingContent(id, <p>{`content of ${id}`}</p>);
  return <div className={isFollowing ? "following" : undefined}>{content}</div>;
}

it("hides the content of the previous ID with the click, and removes it afterwards", async () => {
  const place = document.createElement("div");
  document.body.append(place);
  const root = createRoot(place);
  // Outside of `act`, React renders as in the window.
  flushSync(() => root.render(<Page id="one" />));
  flushSync(() => root.render(<Page id="two" />));
  expect(place.textContent).toBe("content of one");
  expect(place.querySelector(".following")).not.toBeNull();
  await vi.waitFor(() => expect(place.textContent).toBe("content of two"), 30_000);
  expect(place.querySelector(".following")).toBeNull();
  // Without an ID, nothing is waited for.
  flushSync(() => root.render(<Page id={null} />));
  expect(place.textContent).toBe("content of null");
  expect(place.querySelector(".following")).toBeNull();
  root.unmount();
  place.remove();
});
