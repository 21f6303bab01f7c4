import { useCallback, useEffect, useRef, useState } from "react";
import type { SignInPrompt, SignInTarget, SignInWay } from "../../ipc/generated";
import type { SignInCalls } from "./calls";

/** Where a sign-in is. */
export interface SignInState {
  /** What to show; nothing until it came. */
  readonly prompt: SignInPrompt | null;
  /** Why it failed. */
  readonly error: unknown;
  /** Why no browser opened; the sign-in goes on without. */
  readonly pageError: unknown;
  /** Begins anew, in this way. */
  readonly begin: (way: SignInWay | null) => void;
  /** Opens the page in the browser of this computer. */
  readonly openPage: () => void;
}

/**
 * Signs in for as long as it is shown: begins at once, opens the page, waits, and gives up when it
 * goes away.
 */
export function useSignIn(
  target: SignInTarget,
  calls: SignInCalls,
  onSignedIn: () => void,
): SignInState {
  const [attempt, setAttempt] = useState<{ number: number; way: SignInWay | null }>({
    number: 0,
    way: null,
  });
  const [prompt, setPrompt] = useState<SignInPrompt | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [pageError, setPageError] = useState<unknown>(null);
  const latest = useRef({ calls, onSignedIn, target });
  latest.current = { calls, onSignedIn, target };
  const key = JSON.stringify(target);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the target.
  useEffect(() => {
    const { calls, target } = latest.current;
    let wanted = true;
    let signIn: string | null = null;
    const run = async () => {
      const began = await calls.signInStart(target, attempt.way);
      signIn = began.sign_in;
      if (!wanted) {
        await calls.signInCancel(signIn);
        return;
      }
      setPrompt(began);
      // Who asked for a code has another device in mind.
      if (attempt.way !== "code") {
        calls.signInPageOpen(signIn).catch((caught: unknown) => {
          if (wanted) {
            setPageError(caught);
          }
        });
      }
      const outcome = await calls.signInWait(signIn);
      signIn = null;
      if (wanted && outcome === "signed_in") {
        latest.current.onSignedIn();
      }
    };
    run().catch((caught: unknown) => {
      signIn = null;
      if (wanted) {
        setError(caught ?? new Error("the sign-in failed without a reason"));
      }
    });
    return () => {
      wanted = false;
      if (signIn !== null) {
        calls.signInCancel(signIn).catch(() => {});
      }
    };
  }, [key, attempt]);

  const begin = useCallback((way: SignInWay | null) => {
    setPrompt(null);
    setError(null);
    setPageError(null);
    setAttempt(({ number }) => ({ number: number + 1, way }));
  }, []);
  const openPage = useCallback(() => {
    if (prompt !== null) {
      setPageError(null);
      latest.current.calls.signInPageOpen(prompt.sign_in).catch(setPageError);
    }
  }, [prompt]);
  return { prompt, error, pageError, begin, openPage };
}
