import { useCallback, useEffect, useRef, useState } from "react";
import type { Backend } from "../../../ipc/backend";
import type { ImageSource, SourceRepository, SourceTag } from "../../../ipc/generated";
import type { TagList } from "../steps/imageRows";

/** How many tags are asked for their details at once. */
const detailBatch = 50;

interface Repositories {
  readonly list: readonly SourceRepository[];
  readonly loading: boolean;
  readonly error: unknown;
  readonly next: string | null;
}

/** What is known of a source, and how to know more. */
export interface SourceImages {
  readonly repositories: Repositories;
  readonly tags: Readonly<Record<string, TagList>>;
  /** Asks for everything anew. */
  readonly reload: () => void;
  readonly moreRepositories: () => void;
  /** Asks for a repository's tags, or the next page of them; answers every tag known then. */
  readonly loadTags: (repository: string) => Promise<readonly SourceTag[]>;
}

const nothing: Repositories = { list: [], loading: false, error: null, next: null };
const noTags: TagList = { tags: [], loading: false, error: null, next: null };

/** Tags that came with their repository, as the Docker Engine gives them. */
function tagsAlong(list: readonly SourceRepository[]): Record<string, TagList> {
  return Object.fromEntries(
    list.flatMap((repository) =>
      repository.tags === null ? [] : [[repository.name, { ...noTags, tags: repository.tags }]],
    ),
  );
}

function withDetails(tags: readonly SourceTag[], details: readonly SourceTag[]): SourceTag[] {
  const known = new Map(details.map((tag) => [tag.tag, tag]));
  return tags.map((tag) => known.get(tag.tag) ?? tag);
}

/** Repositories and tags of a source. Answers for a source that was left are dropped. */
export function useSourceImages(backend: Backend, source: ImageSource | null): SourceImages {
  const key = source === null ? null : JSON.stringify(source);
  const [attempt, setAttempt] = useState(0);
  const [repositories, setRepositories] = useState<Repositories>(nothing);
  const [tags, setTags] = useState<Readonly<Record<string, TagList>>>({});
  const tagsNow = useRef(tags);
  tagsNow.current = tags;
  const generation = useRef(0);
  const current = useRef(source);
  current.current = source;

  const askRepositories = useCallback(
    async (next: string | null) => {
      const asked = current.current;
      if (asked === null) {
        return;
      }
      const mine = generation.current;
      const wanted = () => mine === generation.current;
      setRepositories((before) => ({ ...before, loading: true, error: null }));
      try {
        const page = await backend.sourceRepositories(asked, next);
        if (wanted()) {
          setRepositories((before) => ({
            list: next === null ? page.repositories : [...before.list, ...page.repositories],
            loading: false,
            error: null,
            next: page.next,
          }));
          setTags((before) => ({ ...before, ...tagsAlong(page.repositories) }));
        }
      } catch (error) {
        if (wanted()) {
          setRepositories((before) => ({ ...before, loading: false, error }));
        }
      }
    },
    [backend],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new source or attempt begins anew
  useEffect(() => {
    generation.current += 1;
    setRepositories(nothing);
    setTags({});
    if (key !== null) {
      askRepositories(null);
    }
    return () => {
      generation.current += 1;
    };
  }, [key, attempt, askRepositories]);

  const loadTags = useCallback(
    async (repository: string): Promise<readonly SourceTag[]> => {
      const asked = current.current;
      const before = tagsNow.current[repository] ?? noTags;
      if (asked === null || before.loading) {
        return before.tags;
      }
      const mine = generation.current;
      const set = (list: TagList) => {
        if (mine === generation.current) {
          setTags((all) => ({ ...all, [repository]: list }));
        }
      };
      set({ ...before, loading: true, error: null });
      try {
        const page = await backend.sourceTags(asked, repository, before.next);
        let all = [...before.tags, ...page.tags];
        set({ tags: all, loading: false, error: null, next: page.next });
        const bare = page.tags.filter((tag) => tag.digest === null).map((tag) => tag.tag);
        for (let at = 0; at < bare.length && mine === generation.current; at += detailBatch) {
          const names = bare.slice(at, at + detailBatch);
          const details = await backend.sourceTagDetails(asked, repository, names);
          all = withDetails(all, details);
          set({ tags: all, loading: false, error: null, next: page.next });
        }
        return all;
      } catch (error) {
        set({ ...(tagsNow.current[repository] ?? before), loading: false, error });
        return before.tags;
      }
    },
    [backend],
  );

  const next = repositories.next;
  return {
    repositories,
    tags,
    reload: useCallback(() => setAttempt((count) => count + 1), []),
    moreRepositories: useCallback(() => {
      askRepositories(next);
    }, [askRepositories, next]),
    loadTags,
  };
}
