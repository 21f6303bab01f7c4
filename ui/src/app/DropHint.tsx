import Box from "@cloudscape-design/components/box";
import Icon from "@cloudscape-design/components/icon";

/** What can be dropped, over the window while a file is dragged. */
export function DropHint() {
  return (
    <div className="drop-hint" role="status" data-testid="drop-hint">
      <div className="drop-hint-text">
        <Icon name="upload" size="medium" />{" "}
        <Box variant="span" fontSize="heading-m">
          Drop a plan or a list of images
        </Box>
      </div>
    </div>
  );
}
