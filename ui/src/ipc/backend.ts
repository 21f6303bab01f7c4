import type { Commands, JobEvent } from "./generated";

export type Unsubscribe = () => void;

/**
 * Everything the window asks of the program: the commands, each under its Rust name in camel case, and
 * two subscriptions.
 */
export interface Backend extends Omit<Commands, "jobFollow"> {
  /** Calls `onEvent` for each event of a job from `fromSeq`, in order. */
  jobFollow(job: string, fromSeq: number, onEvent: (event: JobEvent) => void): Unsubscribe;
  /** Called if the user closes the window while a job is running. */
  onCloseRequested(callback: () => void): Unsubscribe;
}
