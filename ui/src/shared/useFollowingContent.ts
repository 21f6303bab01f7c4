/** Content that follows the answer to a click. Used for the pages of the window and the steps of the wizard. */
import { type ReactNode, useDeferredValue, useRef } from "react";
import "./following.css";

interface FollowingContent {
  readonly content: ReactNode;
  /** Whether `content` is that of the previous ID: it is hidden with the class `following`, and keeps its room. */
  readonly isFollowing: boolean;
}

/**
 * Returns the content for an ID, or for `null` the content at once. When the ID changes, the first rendering keeps the
 * previous content, which costs nothing while it is hidden: removing its rows would delay the answer to the click, too.
 * The new content follows in the background.
 */
export function useFollowingContent(id: string | null, current: ReactNode): FollowingContent {
  const drawn = useDeferredValue(id);
  const isFollowing = id !== null && drawn !== id;
  const previous = useRef<ReactNode>(null);
  const content = isFollowing ? previous.current : current;
  previous.current = content;
  return { content, isFollowing };
}
