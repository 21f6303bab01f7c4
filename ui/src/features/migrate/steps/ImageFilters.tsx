import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState } from "react";
import { noFilter } from "./imageRows";
import type { ImagesStepProps } from "./imagesStepProps";

/** Filters of the image table, and a field to add repositories by name. */
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
        filteringPlaceholder="Find repositories"
        filteringAriaLabel="Find repositories"
        onChange={({ detail }) => onFilter({ ...filter, search: detail.filteringText })}
        data-testid="repository-search"
      />
      <Input
        value={filter.tagPattern}
        placeholder="Filter tags, for example v1.*"
        ariaLabel="Tag filter. * matches any characters"
        spellcheck={false}
        onChange={({ detail }) => onFilter({ ...filter, tagPattern: detail.value })}
        data-testid="tag-pattern"
      />
      <Input
        type="number"
        inputMode="numeric"
        value={filter.newest === null ? "" : String(filter.newest)}
        placeholder="Newest tags"
        ariaLabel="Number of newest tags per repository"
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
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
