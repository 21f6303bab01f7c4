import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import { type ErrorActions, ErrorAlert } from "../errors";
import type { Request } from "./useRequest";

interface RequestStatusProps {
  request: Pick<Request<unknown>, "error" | "reload">;
  /** What is shown while there is neither an answer nor an error, such as “Reading the document”. */
  loading: string;
  /** What the error offers besides the retry. */
  actions?: ErrorActions;
}

/** What is shown until there is an answer: what is being read, or the error with a retry. */
export function RequestStatus({ request, loading, actions }: RequestStatusProps) {
  return request.error === null ? (
    <Box>
      <Spinner /> {loading}
    </Box>
  ) : (
    <ErrorAlert error={request.error} actions={{ ...actions, retry: request.reload }} />
  );
}
