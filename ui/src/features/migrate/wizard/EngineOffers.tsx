import { useEffect, useMemo } from "react";
import { useBackend } from "../../../ipc";
import type { MigrationPlan, PlannedImage } from "../../../ipc/generated";
import { OriginalsAlert } from "../steps/OriginalsAlert";
import type { Draft } from "./draft";
import type { DraftAction } from "./reducer";
import { useOriginals } from "./useOriginals";

interface EngineOffersProps {
  plan: MigrationPlan;
  draft: Draft;
  dispatch: (action: DraftAction) => void;
}

/** Whether a copy from a registry may bring more than the Docker Engine sends. */
function brings(image: PlannedImage): boolean {
  switch (image.action.kind) {
    case "refused":
      return true;
    case "move":
    case "overwrite":
      return image.engine !== undefined && image.engine.outcome !== "whole";
    default:
      return false;
  }
}

/** Offers the copy from a registry where the plan shows that the Docker Engine sends less. */
export function EngineOffers({ plan, draft, dispatch }: EngineOffersProps) {
  const { originals, lookUp } = useOriginals(useBackend(), draft.source);
  const images = useMemo(
    () => plan.images.filter(brings).map((image) => image.selected),
    [plan.images],
  );
  useEffect(() => {
    for (const { repository, tag } of images) {
      lookUp(repository, [tag]);
    }
  }, [images, lookUp]);
  return (
    <OriginalsAlert
      images={images}
      originals={originals}
      onTake={(source, taken) => dispatch({ type: "originals_taken", source, images: taken })}
    />
  );
}
