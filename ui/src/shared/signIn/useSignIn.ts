import { useCallback, useEffect, useRef, useState } from "react";
import type { SignInMethod, SignInPrompt, SignInTarget } from "../../ipc/generated";
import type { SignInCalls } from "./signInCalls";

interface SignInState {
  /** The page and code, once known. */
  readonly prompt: SignInPrompt | null;
  readonly error: unknown;
  /** The error of opening a browser. The sign-in continues. */
  readonly pageError: unknown;
  /** Starts again with a method. */
  readonly begin: (method: SignInMethod | null) => void;
  readonly openPage: () => void;
}

/** Starts a sign-in on mount, opens the page, waits, and cancels on unmount. */
export function useSignIn(
  target: SignInTarget,
  calls: SignInCalls,
  onSignedIn: () => void,
): SignInState {
  const [attempt, setAttempt] = useState<{ number: number; method: SignInMethod | null }>({
    number: 0,
    method: null,
  });
  const [prompt, setPrompt] = useState<SignInPrompt | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [pageError, setPageError] = useState<unknown>(null);
  const latest = useRef({ calls, onSignedIn, target });
  latest.current = { calls, onSignedIn, target };
  const key = JSON.stringify(target);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key represents the target.
  useEffect(() => {
    const { calls, target } = latest.current;
    let wanted = true;
    let signIn: string | null = null;
    const run = async () => {
      const began = await calls.signInStart(target, attempt.method);
      signIn = began.sign_in;
      if (!wanted) {
        await calls.signInCancel(signIn);
        return;
      }
      setPrompt(began);
      // A code is meant for another device, so no browser is opened.
      if (attempt.method !== "code") {
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

  const begin = useCallback((method: SignInMethod | null) => {
    setPrompt(null);
    setError(null);
    setPageError(null);
    setAttempt(({ number }) => ({ number: number + 1, method }));
  }, []);
  const openPage = useCallback(() => {
    if (prompt !== null) {
      setPageError(null);
      latest.current.calls.signInPageOpen(prompt.sign_in).catch(setPageError);
    }
  }, [prompt]);
  return { prompt, error, pageError, begin, openPage };
}
