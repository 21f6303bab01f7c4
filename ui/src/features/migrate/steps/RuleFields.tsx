import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import type {
  ChooseProgress,
  ChosenTags,
  OutReason,
  TagRules,
  UnreadRepository,
} from "../../../ipc/generated";
import { formatBytes, formatCount, formatCounted } from "../../../shared/format";
import { rulesOf, type TypedRules, typedRules } from "./tagRules";

/** Result of selecting by rules. */
export interface RuleResult {
  readonly chosen: ChosenTags | null;
  readonly loading: boolean;
  readonly progress: ChooseProgress | null;
  readonly error: unknown;
}

export const noResult: RuleResult = { chosen: null, loading: false, progress: null, error: null };

interface RuleFieldsProps {
  /** The rules of the current selection. */
  rules: TagRules | null;
  /** Scope of the rules, for example `all repositories`. */
  scope: string;
  result: RuleResult;
  errorActions: ErrorActions;
  onApply: (rules: TagRules) => void;
  onStop: () => void;
}

const reasons: Record<OutReason, string> = {
  not_included: "don’t match a pattern",
  excluded: "excluded by a pattern",
  pushed_before: "pushed earlier",
  pulled_before: "not pulled since",
  time_unknown: "without a date at the source",
  older: "older than the newest tags",
};

const fields: readonly {
  readonly name: keyof TypedRules;
  readonly label: string;
  readonly description: string;
  readonly placeholder: string;
  readonly numeric?: true;
}[] = [
  {
    name: "globs",
    label: "Include tags",
    description: "* matches any characters, ? matches one. Separate patterns with commas.",
    placeholder: "v2.*, latest",
  },
  {
    name: "without",
    label: "Exclude tags",
    description: "Same syntax.",
    placeholder: "*-rc*, *-snapshot",
  },
  {
    name: "versions",
    label: "Version range",
    description: "Semantic versions. v1.2 means 1.2.0.",
    placeholder: ">=1.2, <3",
  },
  {
    name: "regex",
    label: "Tag expression",
    description: "Regular expression.",
    placeholder: "^[0-9a-f]{7}$",
  },
  {
    name: "newest",
    label: "Newest tags repository",
    description: "Applied after all other rules.",
    placeholder: "5",
    numeric: true,
  },
  {
    name: "pushedWithin",
    label: "Pushed in the last days",
    description: "If the source reports the date.",
    placeholder: "90",
    numeric: true,
  },
  {
    name: "pulledWithin",
    label: "Pulled in the last days",
    description: "Docker Hub only.",
    placeholder: "365",
    numeric: true,
  },
];

function resultText(chosen: ChosenTags): string {
  const unknown =
    chosen.sizes_unknown === 0 ? "" : ` and ${formatCount(chosen.sizes_unknown)} of unknown size`;
  const taken = `${formatCounted(chosen.images.length, "image", "images")} selected, ${formatBytes(chosen.size_bytes)}${unknown}.`;
  const out = chosen.out.map(({ reason, tags }) => `${formatCount(tags)} ${reasons[reason]}`);
  return out.length === 0 ? taken : `${taken} Not selected: ${out.join(", ")}.`;
}

function progressText({ repositories, repositories_read, tags }: ChooseProgress): string {
  const found = formatCounted(repositories, "repository", "repositories");
  return repositories_read === 0
    ? `${found} found`
    : `${formatCount(repositories_read)} of ${found} read, ${formatCounted(tags, "tag", "tags")}`;
}

/** Reading progress with a Stop button. */
function ChooseProgressBar({ progress, onStop }: { progress: ChooseProgress; onStop: () => void }) {
  const { repositories, repositories_read } = progress;
  return (
    <div data-testid="rules-progress">
      <SpaceBetween size="s">
        <ProgressBar
          value={repositories === 0 ? 0 : (repositories_read / repositories) * 100}
          label="Reading the tags of all repositories"
          additionalInfo={progressText(progress)}
        />
        <Button onClick={onStop} data-testid="rules-stop">
          Stop
        </Button>
      </SpaceBetween>
    </div>
  );
}

function UnreadRepositories({ unread }: { unread: UnreadRepository[] }) {
  if (unread.length === 0) {
    return null;
  }
  const count = formatCounted(unread.length, "repository", "repositories");
  return (
    <Alert type="warning" header={`${count} couldn’t be read`} data-testid="rules-unread">
      Images of the other repositories are selected.
      <ul>
        {unread.map(({ repository, error }) => (
          <li key={repository}>
            {repository}: {error.message}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

/** Fields for rules that select tags in many repositories. *Run again* applies them to new tags. */
export function RuleFields(props: RuleFieldsProps) {
  const { rules, scope, result, errorActions, onApply, onStop } = props;
  const [typed, setTyped] = useState(() => typedRules(rules));
  const read = rulesOf(typed);
  return (
    <ExpandableSection
      variant="container"
      headerText="Select by rules"
      headerDescription={
        rules === null
          ? `Selects images in ${scope}.`
          : "These rules define the selection. Run again applies them to new tags."
      }
      defaultExpanded={rules !== null}
      data-testid="rules"
    >
      <SpaceBetween size="m">
        <ColumnLayout columns={2}>
          {fields.map(({ name, label, description, placeholder, numeric }) => (
            <FormField
              key={name}
              label={label}
              description={description}
              errorText={read.problems[name]}
            >
              <Input
                value={typed[name]}
                placeholder={placeholder}
                inputMode={numeric ? "numeric" : "text"}
                spellcheck={false}
                autoComplete={false}
                onChange={({ detail }) => setTyped({ ...typed, [name]: detail.value })}
                data-testid={`rule-${name}`}
              />
            </FormField>
          ))}
        </ColumnLayout>
        {result.error !== null && <ErrorAlert error={result.error} actions={errorActions} />}
        {result.chosen !== null && rules !== null && (
          <div role="status" data-testid="rules-result">
            <Alert type={result.chosen.images.length === 0 ? "warning" : "success"}>
              {resultText(result.chosen)}
            </Alert>
          </div>
        )}
        {result.chosen !== null && rules !== null && (
          <UnreadRepositories unread={result.chosen.unread} />
        )}
        {result.progress !== null && (
          <ChooseProgressBar progress={result.progress} onStop={onStop} />
        )}
        <Button
          onClick={() => {
            if (read.rules !== null) {
              onApply(read.rules);
            }
          }}
          loading={result.loading}
          loadingText="Reading the tags of all repositories"
          disabled={read.rules === null}
          data-testid="rules-apply"
        >
          Select in {scope}
        </Button>
      </SpaceBetween>
    </ExpandableSection>
  );
}
