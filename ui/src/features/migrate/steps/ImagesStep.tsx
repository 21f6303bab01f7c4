import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCallback, useMemo, useState } from "react";
import { createPortal } from "react-dom";
import { ErrorAlert } from "../../../errors";
import { OpenPanelProvider, PanelButton, PanelIn } from "../../../shared/openPanel";
import { sourceProblem } from "../wizard/validation";
import { CopyOptionsPanel } from "./CopyOptionsPanel";
import { EngineDown } from "./EngineDown";
import { ImagesFooter } from "./ImagesFooter";
import { ImagesTable } from "./ImagesTable";
import type { ImagesStepProps } from "./imagesStepProps";
import { RulesPanel } from "./RulesPanel";
import { SourceBar } from "./SourceBar";
import "./images.css";

/** Above this number of repositories, matching images are counted only on request. */
const countedAtMost = 50;

/** Says that the source has no repositories, or why they couldn’t be loaded. */
function NoRepositories({ draft, repositories, engine, onReload }: ImagesStepProps) {
  if (repositories.error === null) {
    return (
      <Box textAlign="center" padding="m">
        No repositories
      </Box>
    );
  }
  return (
    <div className="images-empty">
      <SpaceBetween size="s">
        <ErrorAlert error={repositories.error} actions={{ retry: onReload }} />
        {draft.source?.kind === "docker_engine" && engine !== null && !engine.running && (
          <EngineDown status={engine} />
        )}
      </SpaceBetween>
    </div>
  );
}

/** Step 2: the source and the images. */
export function ImagesStep(props: ImagesStepProps) {
  const { draft, onChange, repositories } = props;
  const [panel, setPanel] = useState<string | null>(null);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const close = useCallback(() => setPanel(null), []);
  const problem = sourceProblem(draft.source);
  const engine = draft.source?.kind === "docker_engine";
  const rulesOpen = panel === "rules" && !engine;
  const openPanel = useMemo(
    () => ({
      open: rulesOpen ? "rules" : panel === "options" ? "options" : null,
      onOpen: setPanel,
    }),
    [rulesOpen, panel],
  );
  const table = useMemo(
    () => (
      <ImagesTable
        {...props}
        onPanelSlot={setSlot}
        empty={<NoRepositories {...props} />}
        actions={!engine && <PanelButton id="rules" text="Select by rules" />}
      />
    ),
    [props, engine],
  );
  return (
    <div className="images-step">
      <SourceBar {...props} />
      {problem === null && repositories.error !== null && repositories.list.length > 0 && (
        <ErrorAlert error={repositories.error} actions={{ retry: props.onReload }} />
      )}
      {problem === null && (
        <>
          <OpenPanelProvider value={openPanel}>{table}</OpenPanelProvider>
          <PanelIn slot={slot}>
            {rulesOpen && (
              <RulesPanel
                key={JSON.stringify(draft.source)}
                rules={draft.selection?.rules ?? null}
                scope={props.ruleScope}
                result={props.ruleResult}
                onCount={
                  repositories.more || repositories.list.length > countedAtMost
                    ? null
                    : props.onCount
                }
                onApply={props.onRules}
                onStop={props.onRulesStop}
                onClose={close}
              />
            )}
            {panel === "options" && (
              <CopyOptionsPanel
                extent={draft.extent}
                engine={engine}
                onChange={(extent) => onChange({ type: "extent_changed", extent })}
                onClose={close}
              />
            )}
          </PanelIn>
        </>
      )}
      {props.footer !== null &&
        createPortal(
          <ImagesFooter
            draft={draft}
            tags={props.tags}
            counterparts={problem === null ? props.counterparts : {}}
            optionsOpen={panel === "options"}
            onOptions={() => setPanel(panel === "options" ? null : "options")}
            onTake={(source, images) => onChange({ type: "selection_replaced", source, images })}
          />,
          props.footer,
        )}
    </div>
  );
}
