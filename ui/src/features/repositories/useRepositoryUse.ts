import { useEffect, useRef } from "react";
import { asApiError } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, RepositoryUse } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { useRequest } from "../../shared/useRequest";

/**
 * The images of a repository that run, as read in the last hour. `null` until the first answer. A new list of images,
 * as after Refresh, reads them again.
 */
export function useRepositoryUse(
  connection: AwsConnection,
  repository: string,
  list: unknown,
): RepositoryUse | null {
  const backend = useBackend();
  const shown = useRef(list);
  const isRefresh = useRef(false);
  const { answer, error, reload } = useRequest(
    `${connectionKey(connection)} ${repository}`,
    async () => {
      const refresh = isRefresh.current;
      isRefresh.current = false;
      return backend.repositoryUse(connection, repository, refresh);
    },
  );
  useEffect(() => {
    if (shown.current !== list) {
      shown.current = list;
      isRefresh.current = true;
      reload();
    }
  }, [list, reload]);
  if (answer === null && error !== null) {
    return { read_at_ms: null, images: [], error: asApiError(error) };
  }
  return answer;
}
