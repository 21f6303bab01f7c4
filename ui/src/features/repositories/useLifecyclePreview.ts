import { useEffect, useRef, useState } from "react";
import { useBackend } from "../../ipc";
import type { AwsConnection, LifecyclePreviewState } from "../../ipc/generated";

/** The interval between two calls that check whether ECR's preview is complete. */
const pollMs = 1500;

/** States that a preview keeps. An unknown one may change, but nobody knows when. */
const finalKinds: ReadonlySet<LifecyclePreviewState["kind"]> = new Set([
  "complete",
  "failed",
  "unknown",
]);

interface LifecyclePreviewRun {
  /** The text that the state is about. */
  readonly text: string;
  readonly state: LifecyclePreviewState;
}

/** Runs ECR's own preview of a policy. The preview of another text is waited for. */
export function useLifecyclePreview(connection: AwsConnection, repository: string) {
  const backend = useBackend();
  const [run, setRun] = useState<LifecyclePreviewRun | null>(null);
  const [error, setError] = useState<unknown>(null);
  const current = useRef<AbortController | null>(null);
  useEffect(() => () => current.current?.abort(), []);

  const start = async (text: string) => {
    current.current?.abort();
    const stop = new AbortController();
    current.current = stop;
    setError(null);
    setRun({ text, state: { kind: "running" } });
    try {
      let state: LifecyclePreviewState = { kind: "none" };
      while (!stop.signal.aborted && !finalKinds.has(state.kind)) {
        if (state.kind === "none") {
          state = await backend.lifecyclePreviewStart(connection, repository, text);
        } else {
          await new Promise((resolve) => setTimeout(resolve, pollMs));
          if (stop.signal.aborted) {
            return;
          }
          state = await backend.lifecyclePreview(connection, repository, text);
        }
        if (!stop.signal.aborted) {
          setRun({ text, state });
        }
      }
    } catch (failure) {
      if (!stop.signal.aborted) {
        setError(failure);
        setRun(null);
      }
    }
  };
  const stop = () => {
    current.current?.abort();
    setRun(null);
  };
  return { run, error, start, stop };
}
