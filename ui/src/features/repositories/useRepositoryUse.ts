import { asApiError } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, RepositoryUse } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { useRequest } from "../../shared/useRequest";

/** The images of a repository that run, read once when its page opens. `null` until then. */
export function useRepositoryUse(
  connection: AwsConnection,
  repository: string,
): RepositoryUse | null {
  const backend = useBackend();
  const { answer, error } = useRequest(`${connectionKey(connection)} ${repository}`, () =>
    backend.repositoryUse(connection, repository),
  );
  if (answer === null && error !== null) {
    return { read_at_ms: null, images: [], error: asApiError(error) };
  }
  return answer;
}
