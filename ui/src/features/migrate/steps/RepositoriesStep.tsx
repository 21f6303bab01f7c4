import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import { ErrorAlert } from "../../../errors";
import type { Repository } from "../../../ipc/generated";
import { DeferredInput } from "../../../shared/DeferredInput";
import { formatCount } from "../../../shared/format";
import { OpenPanelProvider, PanelButton, PanelIn } from "../../../shared/openPanel";
import { RenameRulesField } from "../../../shared/RenameRulesField";
import { RepositorySettingsForm } from "../../../shared/RepositorySettingsForm";
import { SidePanel } from "../../../shared/SidePanel";
import type { Request } from "../../../shared/useRequest";
import type { Draft } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import type { ProposedNaming } from "../wizard/useProposedNames";
import { wizardFooterHeight } from "../wizard/wizardFooterHeight";
import { NamesTable } from "./NamesTable";
import { nameRows } from "./nameRows";
import { RowSettingsModal } from "./RowSettingsModal";
import "./names.css";

interface RepositoriesStepProps {
  draft: Draft;
  onChange: (action: DraftAction) => void;
  proposed: ProposedNaming;
  existing: Request<Repository[]>;
  /** Offers for registry settings. */
  offers?: ReactNode;
}

/** Step 3: ECR repository names, and settings of new repositories. */
export function RepositoriesStep(props: RepositoriesStepProps) {
  const { draft, onChange, proposed, existing } = props;
  const [editing, setEditing] = useState<string | null>(null);
  const [panel, setPanel] = useState<string | null>(null);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const close = useCallback(() => setPanel(null), []);
  // The rows follow what is typed, and don't delay the next key.
  const shown = useDeferredValue(draft);
  const rows = useMemo(() => nameRows(shown, proposed), [shown, proposed]);
  const existingNames = useMemo(
    () => (existing.answer === null ? null : new Set(existing.answer.map(({ name }) => name))),
    [existing.answer],
  );
  const latest = useRef(onChange);
  latest.current = onChange;
  const rename = useCallback(
    (source: string, name: string | null) =>
      latest.current({ type: "repository_named", source, name }),
    [],
  );
  const rules = draft.renameRules.length;
  const actions = useMemo(() => {
    return (
      <>
        <span
          className="names-prefix"
          title="Added to every name. For example, enter team/ for team/app."
        >
          <Box variant="awsui-key-label">Prefix</Box>
          <DeferredInput
            value={draft.prefix}
            placeholder="team/"
            ariaLabel="Prefix, added to every name"
            spellcheck={false}
            onChange={(prefix) => latest.current({ type: "prefix_changed", prefix })}
            data-testid="repository-prefix"
          />
        </span>
        <PanelButton
          id="rename-panel"
          text={rules === 0 ? "Rename rules" : `Rename rules (${formatCount(rules)})`}
        />
        <PanelButton id="template" text="Settings" />
        <PanelButton id="other-options" text="Alternatives" />
      </>
    );
  }, [rules, draft.prefix]);
  const openPanel = useMemo(() => ({ open: panel, onOpen: setPanel }), [panel]);

  return (
    <SpaceBetween size="xs">
      {proposed.error !== null && (
        <ErrorAlert error={proposed.error} actions={{ retry: proposed.reload }} />
      )}
      {existing.error !== null && (
        <ErrorAlert error={existing.error} actions={{ retry: existing.reload }} />
      )}
      <OpenPanelProvider value={openPanel}>
        <NamesTable
          rows={rows}
          prefix={shown.prefix}
          existing={existingNames}
          checking={existing.loading}
          actions={actions}
          onRename={rename}
          onSettings={setEditing}
          onPanelSlot={setSlot}
        />
      </OpenPanelProvider>
      <PanelIn slot={slot}>
        {panel === "rename-panel" && (
          <SidePanel header="Rename rules" below={wizardFooterHeight} onClose={close}>
            <RenameRulesField
              rules={draft.renameRules}
              problems={proposed.problems}
              renamed={proposed.renamed}
              onChange={(changed) => onChange({ type: "rename_rules_changed", rules: changed })}
            />
          </SidePanel>
        )}
        {panel === "template" && (
          <SidePanel
            header="Settings of new repositories"
            below={wizardFooterHeight}
            onClose={close}
          >
            <SpaceBetween size="m">
              <span>
                Applied to new repositories without custom settings. Existing repositories aren’t
                changed.
              </span>
              <RepositorySettingsForm
                value={draft.template}
                onChange={(template) => onChange({ type: "template_changed", template })}
              />
            </SpaceBetween>
          </SidePanel>
        )}
        {panel === "other-options" && (
          <SidePanel header="Alternatives to copying" below={wizardFooterHeight} onClose={close}>
            {props.offers}
          </SidePanel>
        )}
      </PanelIn>
      {editing !== null && (
        <RowSettingsModal
          name={rows.find(({ source }) => source === editing)?.name ?? editing}
          template={draft.template}
          settings={draft.repositories[editing]?.settings ?? null}
          onDismiss={() => setEditing(null)}
          onSave={(settings) => {
            onChange({ type: "repository_settings_changed", source: editing, settings });
            setEditing(null);
          }}
        />
      )}
    </SpaceBetween>
  );
}
