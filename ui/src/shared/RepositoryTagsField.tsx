import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { maxTags, type RepositorySettingsProblems } from "./repositorySettings";

type Tags = { [key in string]: string };

interface TagRow {
  readonly key: string;
  readonly value: string;
}

interface RepositoryTagsFieldProps {
  tags: Tags;
  problems: RepositorySettingsProblems;
  readOnly: boolean;
  onChange: (tags: Tags) => void;
}

/** If two rows have the same key, the first one is used. */
function tagsOf(rows: readonly TagRow[]): Tags {
  const tags: Tags = {};
  for (const { key, value } of rows) {
    if (!Object.hasOwn(tags, key)) {
      tags[key] = value;
    }
  }
  return tags;
}

function sameTags(one: Tags, other: Tags): boolean {
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && one[key] === other[key])
  );
}

function rowsOf(tags: Tags): TagRow[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/**
 * The AWS tags of a repository. The rows are local state, because two rows can temporarily have the
 * same key while the user types.
 */
export function RepositoryTagsField({
  tags,
  problems,
  readOnly,
  onChange,
}: RepositoryTagsFieldProps) {
  const [typed, setTyped] = useState<TagRow[]>(() => rowsOf(tags));
  const rows = sameTags(tagsOf(typed), tags) ? typed : rowsOf(tags);

  const setRows = (changed: TagRow[]) => {
    setTyped(changed);
    onChange(tagsOf(changed));
  };
  const setRow = (index: number, part: Partial<TagRow>) =>
    setRows(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  const keyProblem = (row: TagRow, index: number) =>
    rows.findIndex((other) => other.key === row.key) < index
      ? "Another tag has the same key. Only the first tag is used."
      : problems.tag_items?.[row.key];

  return (
    <FormField label="AWS tags" errorText={problems.tags} stretch>
      <AttributeEditor
        items={rows}
        definition={[
          {
            label: "Key",
            control: (row: TagRow, index: number) => (
              <Input
                value={row.key}
                readOnly={readOnly}
                spellcheck={false}
                placeholder="team"
                ariaLabel={`Key of tag ${index + 1}`}
                onChange={({ detail }) => setRow(index, { key: detail.value })}
                data-testid={`settings-tag-key-${index}`}
              />
            ),
            errorText: keyProblem,
          },
          {
            label: "Value",
            control: (row: TagRow, index: number) => (
              <Input
                value={row.value}
                readOnly={readOnly}
                spellcheck={false}
                placeholder="payments"
                ariaLabel={`Value of tag ${index + 1}`}
                onChange={({ detail }) => setRow(index, { value: detail.value })}
                data-testid={`settings-tag-value-${index}`}
              />
            ),
          },
        ]}
        addButtonText="Add AWS tag"
        removeButtonText="Remove"
        removeButtonAriaLabel={(row: TagRow) => `Remove tag ${row.key}`}
        disableAddButton={readOnly || rows.length >= maxTags}
        isItemRemovable={() => !readOnly}
        empty="No AWS tags."
        onAddButtonClick={() => setRows([...rows, { key: "", value: "" }])}
        onRemoveButtonClick={({ detail }) =>
          setRows(rows.filter((_, at) => at !== detail.itemIndex))
        }
        data-testid="settings-tags"
      />
    </FormField>
  );
}
