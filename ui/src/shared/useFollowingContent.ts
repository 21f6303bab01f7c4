/** Content that follows the answer to a click. Used for the pages of the window and the steps of the wizard. */
import { type ReactNode, useDeferredValue, useRef } from "react";

interface FollowingContent {
  readonly content: ReactNode;
  /** Whether `content` is that of the previous ID, which has to be hidden. */
  readonly isFollowing: boolean;
}

/**
 * Returns the content for an ID. When the ID changes, the first rendering keeps the previous content, which
 * costs nothing while it is hidden: removing its rows would delay the answer to the click, too. The new
 * content follows in the background.
 */
export function useFollowingContent(id: string | null, current: ReactNode): FollowingContent {
  const isFollowing = useDeferredValue(id) !== id;
  const previous = useRef<ReactNode>(null);
  const content = isFollowing ? previous.current : current;
  previous.current = content;
  return { content, isFollowing };
}
