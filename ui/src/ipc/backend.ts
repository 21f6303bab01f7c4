import type { Commands, JobEvent } from "./generated";

/** Stops a subscription. */
export type Unsubscribe = () => void;

/**
 * Everything the window asks of the program: the commands, each under its Rust name in camel case, and
 * two subscriptions.
 */
export interface Backend extends Omit<Commands, "jobFollow"> {
  /** Calls `onEvent` for every event of a job from `fromSeq` on, in order. */
  jobFollow(job: string, fromSeq: number, onEvent: (event: JobEvent) => void): Unsubscribe;
  /** Calls back when the window is asked to close while a job runs. */
  onCloseRequested(callback: () => void): Unsubscribe;
}
