import Button from "@cloudscape-design/components/button";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ListProgress } from "../../ipc/generated";
import { formatBytes } from "../../shared/format";

interface ListingProgressProps {
  progress: ListProgress | null;
  onStop: () => void;
}

/** How far a list of files is, with a button to stop it. */
export function ListingProgress({ progress, onStop }: ListingProgressProps) {
  const { layer, layers, read_bytes, total_bytes } = progress ?? {
    layer: 0,
    layers: 0,
    read_bytes: 0,
    total_bytes: 0,
  };
  return (
    <SpaceBetween direction="horizontal" size="m" alignItems="center">
      <div style={{ inlineSize: 420 }}>
        <ProgressBar
          value={total_bytes === 0 ? 0 : (read_bytes / total_bytes) * 100}
          label="Reading files"
          additionalInfo={
            progress === null
              ? "Requesting the layer"
              : `Layer ${layer} of ${layers}: ${formatBytes(read_bytes)} of ${formatBytes(total_bytes)}`
          }
          data-testid="listing-progress"
        />
      </div>
      <Button onClick={onStop} data-testid="listing-stop">
        Stop
      </Button>
    </SpaceBetween>
  );
}
