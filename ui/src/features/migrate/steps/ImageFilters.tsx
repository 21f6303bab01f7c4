import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import TextFilter from "@cloudscape-design/components/text-filter";
import ToggleButton from "@cloudscape-design/components/toggle-button";
import { useState } from "react";
import { formatCount, formatCounted } from "../../../shared/format";
import { imageKey } from "../wizard/draft";
import type { ImagesTableProps } from "./imagesStepProps";

/** Whether a text is an address, a command or a reference with a tag, rather than a name. */
function hasMoreThanName(text: string): boolean {
  return /[:@\s]/.test(text);
}

/** The filter of the image table, *Selected only*, and a field to add a repository by name. */
export function ImageFilters(props: ImagesTableProps & { count: number }) {
  const { draft, onChange, filter, onFilter, repositories, count } = props;
  const [name, setName] = useState("");
  const add = async () => {
    const repository = name.trim();
    if (repository === "") {
      return;
    }
    const read = hasMoreThanName(repository) && (await props.onPasted(repository, "repository"));
    // A text that isn't understood stays for the user to correct.
    if (!read && !hasMoreThanName(repository)) {
      onChange({ type: "repository_typed", repository });
    }
    if (read || !hasMoreThanName(repository)) {
      setName((now) => (now.trim() === repository ? "" : now));
    }
  };
  const found =
    repositories.more && repositories.total !== null
      ? `${formatCounted(repositories.list.length, "repository", "repositories")} of ${formatCount(repositories.total)}`
      : formatCounted(count, "repository", "repositories");
  return (
    <>
      <div
        className="table-tools-filter"
        onPaste={(event) => {
          const text = event.clipboardData.getData("text/plain").trim();
          const input = event.target;
          if (/[/\s]/.test(text) && input instanceof HTMLInputElement) {
            // The text is inserted before it is read, so that the answer finds it there.
            event.preventDefault();
            const { value, selectionStart, selectionEnd } = input;
            const before = value.slice(0, selectionStart ?? 0);
            const after = value.slice(selectionEnd ?? value.length);
            onFilter({ ...filter, text: before + text + after });
            props.onPasted(text, "filter");
          }
        }}
      >
        <TextFilter
          filteringText={filter.text}
          filteringPlaceholder="Find repositories, or tags as name:v1.*"
          filteringAriaLabel="Find repositories. A colon and a tag pattern find tags, for example pgcli:v1.*"
          filteringClearAriaLabel="Clear filter"
          onChange={({ detail }) => onFilter({ ...filter, text: detail.filteringText })}
          data-testid="repository-search"
        />
      </div>
      <span data-testid="images-count">{found}</span>
      {draft.source?.kind === "registry" && (
        <div className="image-row">
          <Input
            value={name}
            placeholder="team/app"
            ariaLabel="Repository name"
            spellcheck={false}
            onChange={({ detail }) => setName(detail.value)}
            onKeyDown={({ detail }) => {
              if (detail.key === "Enter") {
                add();
              }
            }}
            data-testid="repository-name-add"
          />
          <Button onClick={add} data-testid="repository-add">
            Add repository
          </Button>
        </div>
      )}
      <ToggleButton
        pressed={filter.only !== null}
        disabled={filter.only === null && draft.images.length === 0}
        onChange={({ detail }) =>
          onFilter({
            ...filter,
            only: detail.pressed ? new Set(draft.images.map(imageKey)) : null,
          })
        }
        data-testid="selected-only"
      >
        Selected only
      </ToggleButton>
      {props.actions}
      <Button
        iconName="refresh"
        ariaLabel="Refresh repositories"
        loading={repositories.loading}
        onClick={props.onReload}
      />
    </>
  );
}
