import { useEffect, useMemo } from "react";
import { useBackend } from "../../../ipc";
import type { MigrationPlan, PlannedImage } from "../../../ipc/generated";
import { RegistryCounterpartsAlert } from "../steps/RegistryCounterpartsAlert";
import type { Draft } from "./draft";
import type { DraftAction } from "./reducer";
import { useRegistryCounterparts } from "./useRegistryCounterparts";

interface EngineOffersProps {
  plan: MigrationPlan;
  draft: Draft;
  dispatch: (action: DraftAction) => void;
}

/** Whether a copy from the registry may have more platforms than the Docker Engine. */
function mayHaveMorePlatforms(image: PlannedImage): boolean {
  switch (image.action.kind) {
    case "refused":
      return true;
    case "move":
    case "overwrite":
      return (
        image.engine !== undefined &&
        image.engine.outcome !== "whole" &&
        image.engine.outcome !== "mounted"
      );
    default:
      return false;
  }
}

/** Offers to copy from a registry if the plan shows that the Docker Engine has fewer platforms. */
export function EngineOffers({ plan, draft, dispatch }: EngineOffersProps) {
  const { counterparts, lookUp } = useRegistryCounterparts(useBackend(), draft.source);
  const images = useMemo(
    () => plan.images.filter(mayHaveMorePlatforms).map((image) => image.selected),
    [plan.images],
  );
  useEffect(() => {
    for (const { repository, tag } of images) {
      lookUp(repository, [tag]);
    }
  }, [images, lookUp]);
  return (
    <RegistryCounterpartsAlert
      images={images}
      counterparts={counterparts}
      onTake={(source, taken) => dispatch({ type: "selection_replaced", source, images: taken })}
    />
  );
}
