import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useBackend } from "../../ipc";
import { shortDigest } from "../../shared/format";
import { StatusText } from "../../shared/StatusText";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { parseOther } from "./otherImage";

interface BaseImageProps {
  /** The reference of the base image, from an annotation. */
  name: string | null;
  digest: string | null;
}

/** The base image by annotations, and on request whether its tag has another digest now. */
export function BaseImage({ name, digest }: BaseImageProps) {
  const backend = useBackend();
  const check = useAsyncAction();
  const [now, setNow] = useState<{ digest: string | null } | null>(null);
  const location = name === null ? null : parseOther(name);
  const ask = () =>
    void check.run(async () => {
      if (location !== null) {
        setNow({ digest: await backend.imageDigestNow(location) });
      }
    });
  return (
    <SpaceBetween size="xxs">
      <span style={{ overflowWrap: "anywhere" }} title={digest ?? undefined}>
        {[name, digest === null ? null : shortDigest(digest)]
          .filter((text) => text !== null)
          .join(" @ ")}
      </span>
      {location !== null && digest !== null && now === null && (
        <Button variant="inline-link" loading={check.busy} onClick={ask} data-testid="base-check">
          Check for a newer base image
        </Button>
      )}
      {check.error !== null && <StatusText type="warning">Couldn’t read the base image</StatusText>}
      {now !== null && (
        <span data-testid="base-state">
          {now.digest === digest ? (
            <StatusText type="success">The tag still has this digest</StatusText>
          ) : now.digest === null ? (
            <StatusText type="warning">The tag no longer exists</StatusText>
          ) : (
            <StatusText type="warning">
              {`The base has moved to ${shortDigest(now.digest)}`}
            </StatusText>
          )}
        </span>
      )}
    </SpaceBetween>
  );
}
