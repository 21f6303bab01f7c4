/** The interface of the program: the generated commands, and the events that no command starts. */
import type { Commands, JobEvent } from "./generated";

export type Unsubscribe = () => void;

/** Files over the window. The shell sends these with the event `file-drag`. */
export type FileDrag =
  | { readonly kind: "entered" | "left" }
  | { readonly kind: "dropped"; readonly paths: readonly string[] };

/**
 * Everything the window asks of the program: the commands, each under its Rust name in camel case, and
 * three subscriptions.
 */
export interface Backend extends Omit<Commands, "jobFollow"> {
  /** Calls `onEvent` for each event of a job from `fromSeq`, in order. */
  jobFollow(job: string, fromSeq: number, onEvent: (event: JobEvent) => void): Unsubscribe;
  /** Called if the user closes the window while a job is running. */
  onCloseRequested(callback: () => void): Unsubscribe;
  /** Called while files are dragged over the window, and when they are dropped. */
  onFileDrag(callback: (drag: FileDrag) => void): Unsubscribe;
}
