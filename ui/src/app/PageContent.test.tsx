import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { expect, it, vi } from "vitest";
import { PageContent } from "./PageContent";
import { type Page, pageTitles } from "./routes";

it.each(Object.entries(pageTitles))(
  "the title of the page %s answers the click, and its content follows",
  async (page, title) => {
    const place = document.createElement("div");
    document.body.append(place);
    const root = createRoot(place);
    const show = (shown: Page, content: string) =>
      // Outside of `act`, React renders as in the window.
      flushSync(() => root.render(<PageContent page={shown}>{content}</PageContent>));
    show("welcome", "before");
    show(page as Page, "after");
    expect(place.querySelector("h1")?.textContent).toBe(title);
    expect(place.querySelector(".following")?.textContent).toBe("before");
    await vi.waitFor(() => expect(place.textContent).toBe("after"), 30_000);
    root.unmount();
    place.remove();
  },
);
