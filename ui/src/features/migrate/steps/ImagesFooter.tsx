import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import { useState } from "react";
import type { ImageSource, RegistryCounterpart, SelectedImage } from "../../../ipc/generated";
import { StatusText } from "../../../shared/StatusText";
import type { Draft } from "../wizard/draft";
import { copyOptionsText } from "./CopyOptionsPanel";
import { selectionText } from "./imageSelection";
import { counterpartsText, RegistryCounterpartsAlert } from "./RegistryCounterpartsAlert";
import type { TagList } from "./sourceRows";

interface ImagesFooterProps {
  draft: Draft;
  tags: Readonly<Record<string, TagList>>;
  counterparts: Readonly<Record<string, RegistryCounterpart>>;
  optionsOpen: boolean;
  onOptions: () => void;
  onTake: (source: ImageSource, images: readonly SelectedImage[]) => void;
}

/** What is selected, the copy options, and in one line what registries have more than the engine. */
export function ImagesFooter(props: ImagesFooterProps) {
  const { draft, tags, counterparts, optionsOpen } = props;
  const [shown, setShown] = useState(false);
  const text = counterpartsText(draft.images, counterparts);
  return (
    <div className="images-footer">
      <div className="one-line">
        {/* First, because the text of the selection changes its width. */}
        <span data-testid="extent">
          <Button
            variant="inline-link"
            ariaExpanded={optionsOpen}
            onClick={props.onOptions}
            data-testid="extent-open"
          >
            Copy options: {copyOptionsText(draft.extent, draft.source?.kind === "docker_engine")}
          </Button>
        </span>
        {" · "}
        <span
          title="The sum of the tag sizes. The plan counts layers that images share once."
          data-testid="selection-summary"
        >
          {selectionText(draft, tags)}
        </span>
      </div>
      {text !== null && (
        <div className="one-line" data-testid="counterparts">
          <StatusText type="info">{text}</StatusText>{" "}
          <Button
            variant="inline-link"
            onClick={() => setShown(true)}
            data-testid="counterparts-open"
          >
            View alternatives
          </Button>
        </div>
      )}
      {shown && text !== null && (
        <Modal
          visible
          size="large"
          header="Copy from the registry instead"
          onDismiss={() => setShown(false)}
          data-testid="counterparts-dialog"
        >
          <RegistryCounterpartsAlert
            images={draft.images}
            counterparts={counterparts}
            onTake={(source, images) => {
              setShown(false);
              props.onTake(source, images);
            }}
          />
        </Modal>
      )}
    </div>
  );
}
