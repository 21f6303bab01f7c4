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

/** What choosing by rules came to. */
export interface RuleResult {
  readonly chosen: ChosenTags | null;
  readonly loading: boolean;
  /** How much of the source was read so far. */
  readonly progress: ChooseProgress | null;
  readonly error: unknown;
}

/** Nothing was chosen yet. */
export const noResult: RuleResult = { chosen: null, loading: false, progress: null, error: null };

interface RuleFieldsProps {
  /** The rules that chose the images that are selected now. */
  rules: TagRules | null;
  /** Where the rules look, such as `all repositories`. */
  scope: string;
  result: RuleResult;
  errorActions: ErrorActions;
  onApply: (rules: TagRules) => void;
  onStop: () => void;
}

const reasons: Record<OutReason, string> = {
  not_included: "match no pattern",
  excluded: "are left out by a pattern",
  pushed_before: "were pushed before",
  pulled_before: "were not pulled since",
  time_unknown: "have no time at the source",
  older: "are older than the newest that are wanted",
};

/** Which fields there are, in their order. */
const fields: readonly {
  readonly name: keyof TypedRules;
  readonly label: string;
  readonly description: string;
  readonly placeholder: string;
  readonly numeric?: true;
}[] = [
  {
    name: "globs",
    label: "Tags like",
    description: "* stands for any characters, ? for one; several with commas.",
    placeholder: "v2.*, latest",
  },
  {
    name: "without",
    label: "But not tags like",
    description: "The same way.",
    placeholder: "*-rc*, *-snapshot",
  },
  {
    name: "versions",
    label: "Versions in the range",
    description: "Semantic versions; v1.2 is 1.2.0.",
    placeholder: ">=1.2, <3",
  },
  {
    name: "regex",
    label: "Tags that match",
    description: "A regular expression.",
    placeholder: "^[0-9a-f]{7}$",
  },
  {
    name: "newest",
    label: "Newest of each repository",
    description: "Counted after every other rule.",
    placeholder: "5",
    numeric: true,
  },
  {
    name: "pushedWithin",
    label: "Pushed within days",
    description: "Where the source says when.",
    placeholder: "90",
    numeric: true,
  },
  {
    name: "pulledWithin",
    label: "Pulled within days",
    description: "Docker Hub says when.",
    placeholder: "365",
    numeric: true,
  },
];

function resultText(chosen: ChosenTags): string {
  const unknown =
    chosen.sizes_unknown === 0 ? "" : ` and ${formatCount(chosen.sizes_unknown)} of unknown size`;
  const taken = `${formatCounted(chosen.images.length, "image", "images")} chosen, ${formatBytes(chosen.size_bytes)}${unknown}.`;
  const out = chosen.out.map(({ reason, tags }) => `${formatCount(tags)} ${reasons[reason]}`);
  return out.length === 0 ? taken : `${taken} Not chosen: ${out.join(", ")}.`;
}

function progressText({ repositories, repositories_read, tags }: ChooseProgress): string {
  const found = formatCounted(repositories, "repository", "repositories");
  return repositories_read === 0
    ? `${found} found`
    : `${formatCount(repositories_read)} of ${found} read, ${formatCounted(tags, "tag", "tags")}`;
}

/** How much of the source was read, with a way to stop it. */
function ChooseProgressBar({ progress, onStop }: { progress: ChooseProgress; onStop: () => void }) {
  const { repositories, repositories_read } = progress;
  return (
    <div data-testid="rules-progress">
      <SpaceBetween size="s">
        <ProgressBar
          value={repositories === 0 ? 0 : (repositories_read / repositories) * 100}
          label="Looking at the tags of every repository"
          additionalInfo={progressText(progress)}
        />
        <Button onClick={onStop} data-testid="rules-stop">
          Stop
        </Button>
      </SpaceBetween>
    </div>
  );
}

/** Repositories that could not be read, each with its reason. */
function UnreadRepositories({ unread }: { unread: UnreadRepository[] }) {
  if (unread.length === 0) {
    return null;
  }
  const count = formatCounted(unread.length, "repository", "repositories");
  return (
    <Alert type="warning" header={`${count} couldn't be read`} data-testid="rules-unread">
      The images of the other repositories are chosen.
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

/** Rules that choose tags in many repositories at once; *Run again* asks them for new tags. */
export function RuleFields(props: RuleFieldsProps) {
  const { rules, scope, result, errorActions, onApply, onStop } = props;
  const [typed, setTyped] = useState(() => typedRules(rules));
  const read = rulesOf(typed);
  return (
    <ExpandableSection
      variant="container"
      headerText="Choose by rules"
      headerDescription={
        rules === null
          ? `For many images at once, in ${scope}.`
          : "The selection is what these rules choose. Run again asks them for new tags."
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
          loadingText="Looking at the tags of every repository"
          disabled={read.rules === null}
          data-testid="rules-apply"
        >
          Choose in {scope}
        </Button>
      </SpaceBetween>
    </ExpandableSection>
  );
}
