import { useEffect, useState } from "react";
import { useBackend } from "../../ipc";
import type { AwsConnection, NameAnswers } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { type Request, useRequest } from "../../shared/useRequest";
import { answersRequest, type FriendlyNameState, missingForAnswers } from "./friendlyNameState";

/** Time without a key press after which the answers are loaded. */
const typingMs = 300;

/** The answers for the entered name. Nothing is asked while something is missing or being typed. */
export function useNameAnswers(
  state: FriendlyNameState,
  connection: AwsConnection | null,
): Request<NameAnswers> {
  const backend = useBackend();
  const request = answersRequest(state);
  const key =
    missingForAnswers(state, connection) === null
      ? JSON.stringify([request, connection === null ? null : connectionKey(connection)])
      : null;
  const [settled, setSettled] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key), typingMs);
    return () => clearTimeout(timer);
  }, [key]);
  return useRequest(settled, () =>
    backend.nameAnswers(request, request.registry === null ? connection : null),
  );
}
