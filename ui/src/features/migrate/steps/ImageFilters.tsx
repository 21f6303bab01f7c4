import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState } from "react";
import type { ImagesStepProps } from "./ImagesStep";
import { noFilter } from "./imageRows";

/** Search, tag pattern, newest, and repositories by name where a registry lists none. */
export function ImageFilters({ draft, onChange, filter, onFilter }: ImagesStepProps) {
  const [name, setName] = useState("");
  const add = () => {
    if (name.trim() !== "") {
      onChange({ type: "repository_typed", repository: name.trim() });
      setName("");
    }
  };
  const filtered = JSON.stringify(filter) !== JSON.stringify(noFilter);
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <TextFilter
        filteringText={filter.search}
        filteringPlaceholder="Find a repository"
        filteringAriaLabel="Find a repository"
        onChange={({ detail }) => onFilter({ ...filter, search: detail.filteringText })}
        data-testid="repository-search"
      />
      <Input
        value={filter.tagPattern}
        placeholder="Tags like v1.*"
        ariaLabel="Tags like this pattern; * stands for any characters"
        spellcheck={false}
        onChange={({ detail }) => onFilter({ ...filter, tagPattern: detail.value })}
        data-testid="tag-pattern"
      />
      <Input
        type="number"
        inputMode="numeric"
        value={filter.newest === null ? "" : String(filter.newest)}
        placeholder="Newest of each"
        ariaLabel="Only so many of the newest tags of each repository"
        onChange={({ detail }) => {
          const count = Number.parseInt(detail.value, 10);
          onFilter({ ...filter, newest: count >= 1 ? count : null });
        }}
        data-testid="newest-tags"
      />
      {filtered && (
        <Button variant="link" onClick={() => onFilter(noFilter)}>
          Show all
        </Button>
      )}
      {draft.source?.kind === "registry" && (
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <Input
            value={name}
            placeholder="team/app"
            ariaLabel="Name of a repository to add"
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
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
