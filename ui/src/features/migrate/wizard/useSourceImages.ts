import { useCallback, useEffect, useRef, useState } from "react";
import type { Backend } from "../../../ipc/backend";
import type { ImageSource, SourceRepository, SourceTag } from "../../../ipc/generated";
import type { TagList } from "../steps/sourceRows";

/** Batch size of tag details. */
const detailBatch = 25;

interface Repositories {
  readonly list: readonly SourceRepository[];
  readonly loading: boolean;
  readonly error: unknown;
  readonly next: string | null;
  /** Total number, or `null` if unknown. */
  readonly total: number | null;
}

/** The loaded data of a source, and functions that load more. */
export interface SourceImages {
  readonly repositories: Repositories;
  readonly tags: Readonly<Record<string, TagList>>;
  readonly reload: () => void;
  /** Continues an interrupted list of repositories. */
  readonly moreRepositories: () => void;
  /** Loads the first or next page of tags, and returns all loaded tags. */
  readonly loadTags: (repository: string) => Promise<readonly SourceTag[]>;
  /** Loads and returns all tags of a repository. */
  readonly loadAllTags: (repository: string) => Promise<readonly SourceTag[]>;
  /** Loads details of visible tags: digest, platforms, size. */
  readonly lookInto: (repository: string, tags: readonly string[]) => void;
}

const nothing: Repositories = { list: [], loading: false, error: null, next: null, total: null };
const noTags: TagList = { tags: [], loading: false, error: null, next: null, total: null };

/** Tags that the source returns with the repository, as the Docker Engine does. */
function tagsAlong(list: readonly SourceRepository[]): Record<string, TagList> {
  return Object.fromEntries(
    list.flatMap((repository) =>
      repository.tags === null ? [] : [[repository.name, { ...noTags, tags: repository.tags }]],
    ),
  );
}

/** Whether details must be loaded separately. */
function isBare(source: ImageSource, tag: SourceTag): boolean {
  return tag.digest === null || (source.kind === "ecr" && tag.platforms.length === 0);
}

/** Merges loaded details into tags. Times always come from the list. */
function withDetails(tags: readonly SourceTag[], details: readonly SourceTag[]): SourceTag[] {
  const known = new Map(details.map((tag) => [tag.tag, tag]));
  return tags.map((tag) => {
    const found = known.get(tag.tag);
    return found === undefined
      ? tag
      : { ...found, updated_at_ms: tag.updated_at_ms, pulled_at_ms: tag.pulled_at_ms };
  });
}

/**
 * Loads the repositories and tags of a source, page by page. Answers for a previous source are
 * dropped.
 */
export function useSourceImages(backend: Backend, source: ImageSource | null): SourceImages {
  const key = source === null ? null : JSON.stringify(source);
  const [attempt, setAttempt] = useState(0);
  const [repositories, setRepositories] = useState<Repositories>(nothing);
  const [tags, setTags] = useState<Readonly<Record<string, TagList>>>({});
  const tagsNow = useRef(tags);
  const generation = useRef(0);
  const current = useRef(source);
  current.current = source;
  // Requested details, by repository and tag.
  const lookedInto = useRef(new Set<string>());
  // Pending pages by repository, so that each page is requested once.
  const awaited = useRef(new Map<string, Promise<readonly SourceTag[]>>());

  const changeTags = useCallback(
    (mine: number, change: (all: Readonly<Record<string, TagList>>) => Record<string, TagList>) => {
      if (mine === generation.current) {
        tagsNow.current = change(tagsNow.current);
        setTags(tagsNow.current);
      }
    },
    [],
  );

  const askRepositories = useCallback(
    async (from: string | null) => {
      const asked = current.current;
      if (asked === null) {
        return;
      }
      const mine = generation.current;
      const wanted = () => mine === generation.current;
      setRepositories((before) => ({ ...before, loading: true, error: null }));
      try {
        for (let next = from, first = from === null; first || next !== null; first = false) {
          const page = await backend.sourceRepositories(asked, next);
          if (!wanted()) {
            return;
          }
          const begins = next === null;
          next = page.next;
          setRepositories((before) => ({
            list: begins ? page.repositories : [...before.list, ...page.repositories],
            loading: page.next !== null,
            // One unreadable namespace doesn't hide the others.
            error: begins ? (page.unread[0]?.error ?? null) : before.error,
            next: page.next,
            total: page.total,
          }));
          changeTags(mine, (all) => ({ ...all, ...tagsAlong(page.repositories) }));
        }
      } catch (error) {
        if (wanted()) {
          setRepositories((before) => ({ ...before, loading: false, error }));
        }
      }
    },
    [backend, changeTags],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new source or attempt restarts the effect
  useEffect(() => {
    generation.current += 1;
    lookedInto.current = new Set();
    awaited.current = new Map();
    setRepositories(nothing);
    changeTags(generation.current, () => ({}));
    if (key !== null) {
      askRepositories(null);
    }
    return () => {
      generation.current += 1;
    };
  }, [key, attempt, askRepositories]);

  const loadTags = useCallback(
    (repository: string): Promise<readonly SourceTag[]> => {
      const asked = current.current;
      const pending = awaited.current.get(repository);
      if (asked === null || pending !== undefined) {
        return pending ?? Promise.resolve([]);
      }
      const mine = generation.current;
      const before = tagsNow.current[repository] ?? noTags;
      const set = (list: TagList) => changeTags(mine, (all) => ({ ...all, [repository]: list }));
      if (before.tags.length > 0 && before.next === null) {
        // The list is complete. Failed details are requested again for visible tags.
        if (before.error !== null) {
          lookedInto.current = new Set(
            [...lookedInto.current].filter((key) => !key.startsWith(`${repository} `)),
          );
          set({ ...before, error: null });
        }
        return Promise.resolve(before.tags);
      }
      set({ ...before, loading: true, error: null });
      const ask = async () => {
        try {
          const page = await backend.sourceTags(asked, repository, before.next);
          // Details that were loaded meanwhile are kept.
          const known = tagsNow.current[repository]?.tags ?? [];
          const tags = [...known, ...page.tags];
          set({ tags, loading: false, error: null, next: page.next, total: page.total });
          return tags;
        } catch (error) {
          set({ ...(tagsNow.current[repository] ?? before), loading: false, error });
          return before.tags;
        } finally {
          if (mine === generation.current) {
            awaited.current.delete(repository);
          }
        }
      };
      const answer = ask();
      awaited.current.set(repository, answer);
      return answer;
    },
    [backend, changeTags],
  );

  const loadAllTags = useCallback(
    async (repository: string): Promise<readonly SourceTag[]> => {
      const mine = generation.current;
      let tags = tagsNow.current[repository]?.tags ?? [];
      let open = tagsNow.current[repository] === undefined;
      while (open || tagsNow.current[repository]?.next !== null) {
        const before = tags.length;
        tags = await loadTags(repository);
        open = false;
        // The table shows the error. Earlier pages are kept.
        if (mine !== generation.current || tags.length === before) {
          break;
        }
      }
      return tags;
    },
    [loadTags],
  );

  const lookInto = useCallback(
    async (repository: string, names: readonly string[]) => {
      const asked = current.current;
      if (asked === null) {
        return;
      }
      const wanted = new Set(
        names.filter((name) => !lookedInto.current.has(`${repository} ${name}`)),
      );
      const bare = (tagsNow.current[repository]?.tags ?? [])
        .filter((tag) => wanted.has(tag.tag) && isBare(asked, tag))
        .map((tag) => tag.tag);
      if (bare.length === 0) {
        return;
      }
      for (const name of bare) {
        lookedInto.current.add(`${repository} ${name}`);
      }
      const mine = generation.current;
      const change = (part: (list: TagList) => Partial<TagList>) =>
        changeTags(mine, (all) => {
          const list = all[repository];
          return list === undefined
            ? { ...all }
            : { ...all, [repository]: { ...list, ...part(list) } };
        });
      try {
        for (let at = 0; at < bare.length && mine === generation.current; at += detailBatch) {
          const batch = bare.slice(at, at + detailBatch);
          const details = await backend.sourceTagDetails(asked, repository, batch);
          change((list) => ({ tags: withDetails(list.tags, details) }));
        }
      } catch (error) {
        // The names are known. The error explains the missing details.
        change(() => ({ error }));
      }
    },
    [backend, changeTags],
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
    loadAllTags,
    lookInto: useCallback(
      (repository, names) => {
        lookInto(repository, names);
      },
      [lookInto],
    ),
  };
}
