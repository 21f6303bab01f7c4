import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { SavedProfile } from "../../ipc/generated";
import { RenameRulesField } from "../../shared/RenameRulesField";
import { RepositorySettingsForm } from "../../shared/RepositorySettingsForm";
import { prefixHint } from "../../shared/repositoryName";
import { TextField } from "../../shared/TextField";
import { useRequest } from "../../shared/useRequest";
import { ConnectionFields } from "./ConnectionFields";
import { ProfileSourceFields } from "./ProfileSourceFields";
import { profileDraft, profileProblems, savedProfile } from "./profileDraft";

interface ProfileFormProps {
  /** The profile to edit, or `null` for a new profile. */
  profile: SavedProfile | null;
  /** Existing profiles, whose names are taken. */
  others: readonly SavedProfile[];
  onClose: () => void;
  onSaved: (profile: SavedProfile) => void;
}

/** The page on which a profile is created or edited. */
export function ProfileForm({ profile, others, onClose, onSaved }: ProfileFormProps) {
  const backend = useBackend();
  const awsProfiles = useRequest("aws profiles", () => backend.awsProfilesList());
  const [draft, setDraft] = useState(() => profileDraft(profile));
  const [templateOpen, setTemplateOpen] = useState(profile !== null);
  const [submitted, setSubmitted] = useState(false);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problems = profileProblems(draft, others);
  const rules = useRequest(
    draft.renameRules.length === 0 ? null : JSON.stringify(draft.renameRules),
    () => backend.repositoryNamesPropose([], [...draft.renameRules]),
  );
  const ruleProblems = rules.answer?.problems ?? [];
  // Problems are shown only after the user tried to save.
  const shown = submitted ? problems : {};

  const save = async () => {
    setSubmitted(true);
    if (Object.keys(problems).length > 0 || ruleProblems.some((problem) => problem !== null)) {
      return;
    }
    setSaving(true);
    setError(null);
    try {
      onSaved(await backend.savedProfileSave(savedProfile(draft, profile)));
    } catch (caught) {
      setError(caught);
      setSaving(false);
    }
  };

  return (
    <Form
      header={
        <Header variant="h1">
          {profile === null ? "Create profile" : `Edit “${profile.name}”`}
        </Header>
      }
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button
            variant="link"
            disabled={saving}
            onClick={onClose}
            data-testid="profile-form-cancel"
          >
            Cancel
          </Button>
          <Button
            variant="primary"
            loading={saving}
            onClick={() => void save()}
            data-testid="profile-form-confirm"
          >
            Save
          </Button>
        </SpaceBetween>
      }
      data-testid="profile-form"
    >
      <Container>
        <SpaceBetween size="l">
          {error !== null && <ErrorAlert error={error} actions={{ retry: () => void save() }} />}
          <TextField
            label="Name"
            errorText={shown.name}
            value={draft.name}
            onChange={(value) => setDraft({ ...draft, name: value })}
            testId="profile-form-name"
          />
          <ConnectionFields
            draft={draft}
            problems={shown}
            awsProfiles={awsProfiles}
            onChange={setDraft}
          />
          <TextField
            label="ECR prefix"
            description="Added to every repository name, for example team/."
            errorText={shown.prefix}
            constraintText={prefixHint(draft.prefix)}
            value={draft.prefix}
            onChange={(value) => setDraft({ ...draft, prefix: value })}
            testId="profile-form-prefix"
          />
          <RenameRulesField
            rules={draft.renameRules}
            problems={ruleProblems}
            onChange={(renameRules) => setDraft({ ...draft, renameRules })}
          />
          <ProfileSourceFields
            source={draft.source}
            problem={shown.source}
            onChange={(source) => setDraft({ ...draft, source })}
          />
          <ExpandableSection
            headerText="Settings of new repositories"
            // A section with an invalid field must be expanded.
            expanded={templateOpen || shown.template !== undefined}
            onChange={({ detail }) => setTemplateOpen(detail.expanded)}
            data-testid="profile-form-template"
          >
            <RepositorySettingsForm
              value={draft.template}
              onChange={(template) => setDraft({ ...draft, template })}
            />
          </ExpandableSection>
          {submitted && Object.keys(problems).length > 0 && (
            <Box color="text-status-error" data-testid="profile-form-problems">
              <div role="alert">{shown.template ?? "Fix the marked fields, then save."}</div>
            </Box>
          )}
        </SpaceBetween>
      </Container>
    </Form>
  );
}
