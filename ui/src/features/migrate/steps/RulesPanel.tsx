import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState } from "react";
import { ErrorAlert } from "../../../errors";
import type { TagRules, UnreadRepository } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";
import { SidePanel } from "../../../shared/SidePanel";
import { StatusText } from "../../../shared/StatusText";
import { TextField } from "../../../shared/TextField";
import { wizardFooterHeight } from "../wizard/wizardFooterHeight";
import { exclusionsText, progressText, type RuleResult, resultText } from "./rulesResult";
import { rulesOf, type TypedRules, typedRules } from "./tagRules";

interface RulesPanelProps {
  /** The rules of the current selection. */
  rules: TagRules | null;
  /** Scope of the rules, for example `all repositories`. */
  scope: string;
  result: RuleResult;
  /** Counts what the rules select, or `null` if the source is too large to read it for each change. */
  onCount: ((rules: TagRules) => void) | null;
  onApply: (rules: TagRules) => void;
  onStop: () => void;
  onClose: () => void;
}

/** Time after the last key until the matching images are counted. */
const countDelayMs = 500;

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
    description: "* any characters, ? one. Separate with commas.",
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
    label: "Newest tags per repository",
    description: "Applied last.",
    placeholder: "5",
    numeric: true,
  },
  {
    name: "pushedWithin",
    label: "Pushed in the last (days)",
    description: "If the source reports the date.",
    placeholder: "90",
    numeric: true,
  },
  {
    name: "pulledWithin",
    label: "Pulled in the last (days)",
    description: "Docker Hub only.",
    placeholder: "365",
    numeric: true,
  },
];

/** Progress while the source is read, and then what the rules select. The room is reserved. */
function RulesStatus({ result, onStop }: Pick<RulesPanelProps, "result" | "onStop">) {
  const { chosen, progress } = result;
  if (progress !== null) {
    const { repositories, repositories_read } = progress;
    return (
      <div className="rules-progress" data-testid="rules-progress">
        <ProgressBar
          value={repositories === 0 ? 0 : (repositories_read / repositories) * 100}
          label="Reading tags"
          additionalInfo={progressText(progress)}
        />
        <Button variant="inline-link" onClick={onStop} data-testid="rules-stop">
          Stop
        </Button>
      </div>
    );
  }
  if (chosen === null) {
    return (
      <Box color="text-body-secondary">
        {result.loading ? "Counting matching images" : "Empty fields don’t restrict the selection."}
      </Box>
    );
  }
  const out = exclusionsText(chosen);
  return (
    <div data-testid={result.applied ? "rules-result" : "rules-count"}>
      <StatusText
        type={chosen.images.length === 0 ? "warning" : result.applied ? "success" : "info"}
      >
        {resultText(chosen, result.applied)}
      </StatusText>
      {out !== null && <Box variant="small"> {out}</Box>}
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

/** The rules that select tags in many repositories. *Run again* applies them to new tags. */
export function RulesPanel(props: RulesPanelProps) {
  const { rules, scope, result, onCount, onApply, onStop } = props;
  const [typed, setTyped] = useState(() => typedRules(rules));
  const read = rulesOf(typed);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (changed: TypedRules) => {
    setTyped(changed);
    clearTimeout(timer.current);
    const wanted = rulesOf(changed).rules;
    if (wanted !== null && onCount !== null) {
      timer.current = setTimeout(() => onCount(wanted), countDelayMs);
    }
  };
  const apply = () => {
    clearTimeout(timer.current);
    if (read.rules !== null) {
      onApply(read.rules);
    }
  };
  return (
    <SidePanel
      header="Select by rules"
      below={wizardFooterHeight}
      onClose={props.onClose}
      data-testid="rules-panel"
      footer={
        <SpaceBetween size="xs">
          <div className="rules-status" role="status">
            <RulesStatus result={result} onStop={onStop} />
          </div>
          <Button
            onClick={apply}
            loading={result.loading && result.progress !== null}
            loadingText="Reading tags"
            disabled={read.rules === null}
            fullWidth
            data-testid="rules-apply"
          >
            Select in {scope}
          </Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="xs">
        {result.error !== null && <ErrorAlert error={result.error} />}
        {result.chosen !== null && <UnreadRepositories unread={result.chosen.unread} />}
        {fields.map(({ name, label, description, placeholder, numeric }) => (
          <TextField
            key={name}
            label={label}
            constraintText={description}
            errorText={read.problems[name]}
            value={typed[name]}
            placeholder={placeholder}
            inputMode={numeric ? "numeric" : "text"}
            autoComplete={false}
            onChange={(value) => change({ ...typed, [name]: value })}
            onEnter={apply}
            testId={`rule-${name}`}
          />
        ))}
        {rules !== null && (
          <Box variant="small">
            These rules define the selection. Run again applies them to new tags.
          </Box>
        )}
      </SpaceBetween>
    </SidePanel>
  );
}
