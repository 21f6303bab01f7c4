import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useBackend } from "../../../ipc/BackendContext";
import type { AwsProfile, ChosenTags, SourceRepository, TagRules } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";
import { isHub, sourceNamespaces, withNamespaces } from "../../../shared/namespaces";
import type { TypedLogin } from "../../../shared/SourceLoginFields";
import { useRequest } from "../../../shared/useRequest";
import { ImagesStep } from "../steps/ImagesStep";
import type { OpenedRepository } from "../steps/imagesStepProps";
import { filteredTags, noFilter, repositoryRows } from "../steps/sourceRows";
import { type Draft, selectedRepositories } from "./draft";
import type { DraftAction } from "./reducer";
import { usePastedReference } from "./usePastedReference";
import { useRecentSources } from "./useRecentSources";
import { useRegistryCounterparts } from "./useRegistryCounterparts";
import { useRules } from "./useRules";
import type { SourceImages } from "./useSourceImages";
import { useSourceStates } from "./useSourceStates";
import { sourceProblem } from "./validation";

interface ImagesContainerProps {
  footer: HTMLElement | null;
  draft: Draft;
  dispatch: (action: DraftAction) => void;
  images: SourceImages;
  profiles: readonly AwsProfile[];
}

/** Number of repositories whose tags are loaded at a time when they are selected together. */
const concurrentReads = 6;

/** Maximum number of selected tags to look up at their registry. */
const lookedUpAtMost = 50;

function named(name: string): SourceRepository {
  return { name, private: null, updated_at_ms: null, size_bytes: null, tags: null };
}

/** The login target. Namespaces of one Docker Hub share it. */
function loginKey(source: Draft["source"]): string | null {
  if (isHub(source)) {
    return source.kind;
  }
  return source?.kind === "registry" && sourceProblem(source) === null
    ? JSON.stringify(source)
    : null;
}

/** A filter belongs to a source. Namespaces of one Docker Hub share it. */
function filterKey(source: Draft["source"]): string {
  return source?.kind === "registry" ? `registry ${source.host}` : (source?.kind ?? "");
}

/** Connects step 2 with its data: source, login, repositories, and tags. */
export function ImagesContainer(props: ImagesContainerProps) {
  const { draft, dispatch, images, profiles } = props;
  const backend = useBackend();
  const [filtered, setFiltered] = useState({ source: filterKey(draft.source), filter: noFilter });
  const filter = filtered.source === filterKey(draft.source) ? filtered.filter : noFilter;
  const sourceKey = draft.source === null ? null : JSON.stringify(draft.source);
  const rules = useRules(backend, sourceKey);
  /** Another namespace of one Docker Hub is not another source. */
  const readKey = isHub(draft.source) ? draft.source.kind : sourceKey;
  const currentKey = useRef(readKey);
  currentKey.current = readKey;
  const [opened, setOpened] = useState<OpenedRepository | null>(null);
  const pasted = usePastedReference(backend, draft.source, (named) => {
    dispatch({ type: "reference_pasted", pasted: named });
    setFiltered({
      source: filterKey(named.source),
      filter: { ...noFilter, text: named.repository ?? "" },
    });
    setOpened(named.repository === null ? null : { repository: named.repository });
  });
  const source = sourceProblem(draft.source) === null ? draft.source : null;
  const signsInto = loginKey(draft.source);
  const chosen = () =>
    draft.source === null ? Promise.reject(new Error("no source is chosen")) : draft.source;
  const login = useRequest(signsInto, async () => backend.sourceLoginStatus(await chosen()));
  const user = login.answer?.username ?? null;
  const namespaces = useRequest(
    isHub(draft.source) && user !== null ? `${signsInto} ${user}` : null,
    async () => {
      const answer = await backend.sourceNamespaces(await chosen());
      // Docker Hub lists an organization login both as user and as organization.
      return { ...answer, namespaces: [...new Set(answer.namespaces)] };
    },
  );
  const practice = useRequest(draft.source?.kind === "practice_account" ? "practice" : null, () =>
    backend.practiceStart(),
  );
  // After signing in, all namespaces of the user are selected initially.
  const greeted = useRef<string | null>(null);
  const mine = namespaces.answer?.namespaces;
  useEffect(() => {
    if (mine === undefined || mine.length === 0 || !isHub(draft.source)) {
      return;
    }
    const key = `${draft.source.kind} ${mine.join(" ")}`;
    if (greeted.current !== key && sourceNamespaces(draft.source).length === 0) {
      dispatch({ type: "source_chosen", source: withNamespaces(draft.source, mine) });
    }
    greeted.current = key;
  }, [mine, draft.source, dispatch]);
  const engine = useRequest(
    source?.kind === "docker_engine" && images.repositories.error !== null ? "engine" : null,
    () => backend.engineStatus(),
  );
  const { counterparts, lookUp } = useRegistryCounterparts(backend, source);
  const { states, readStates } = useSourceStates(backend, profiles.length);
  const { lookInto, repositories } = images;
  // A mistyped source never gets into the list.
  const listed = !repositories.loading && repositories.list.length > 0 ? source : null;
  const recent = useRecentSources(backend, listed);
  const seen = useCallback(
    (repository: string, tags: readonly string[]) => {
      lookInto(repository, tags);
      lookUp(repository, tags);
    },
    [lookInto, lookUp],
  );
  // Details of selected tags are loaded even if their repository isn't expanded.
  useEffect(() => {
    if (draft.source?.kind !== "docker_engine") {
      return;
    }
    for (const repository of selectedRepositories(draft.images)) {
      const tags = draft.images.filter((image) => image.repository === repository);
      lookUp(
        repository,
        tags.slice(0, lookedUpAtMost).map(({ tag }) => tag),
      );
    }
  }, [draft.source, draft.images, lookUp]);
  const list = useMemo(() => {
    const listed = new Set(repositories.list.map((repository) => repository.name));
    return [
      ...draft.typedRepositories.filter((name) => !listed.has(name)).map(named),
      ...repositories.list,
    ];
  }, [draft.typedRepositories, repositories.list]);

  const selectAll = async (wanted: readonly string[]) => {
    const of = draft.source;
    if (of === null) {
      return;
    }
    const waiting = [...wanted];
    const read = async () => {
      // The repositories of another source have other tags, also under the same name.
      while (currentKey.current === readKey) {
        const repository = waiting.shift();
        if (repository === undefined) {
          return;
        }
        const tags = filteredTags(repository, await images.loadAllTags(repository), filter);
        dispatch({
          type: "images_added",
          source: of,
          images: tags.map(({ tag }) => ({ repository, tag })),
        });
      }
    };
    await Promise.all(Array.from({ length: concurrentReads }, read));
  };
  // Rules apply to all repositories, or to the search result.
  const searched = repositoryRows(list, filter).map((row) => row.id);
  const everywhere =
    filter.text.trim() === "" && filter.only === null && draft.typedRepositories.length === 0;
  const choose = async (wanted: TagRules, selected: boolean) => {
    if (source === null) {
      return;
    }
    const selection = { repositories: everywhere ? [] : searched, rules: wanted };
    const taken = (chosen: ChosenTags) =>
      dispatch({ type: "rules_applied", source, selection, chosen });
    await rules.choose(source, selection, selected ? taken : null);
  };
  const signIn = async (typed: TypedLogin) => {
    const status = await backend.sourceLogin({ source: await chosen(), ...typed });
    login.reload();
    images.reload();
    return status;
  };
  const signOut = async () => {
    const status = await backend.sourceLogout(await chosen());
    login.reload();
    images.reload();
    return status;
  };

  return (
    <ImagesStep
      footer={props.footer}
      draft={draft}
      onChange={dispatch}
      repositories={{
        list,
        loading: repositories.loading,
        error: repositories.error,
        more: repositories.next !== null,
        total: repositories.total,
      }}
      tags={images.tags}
      filter={filter}
      engine={engine.answer}
      login={login}
      pasteProblem={pasted.problem}
      onPasted={pasted.read}
      opened={opened}
      onFilter={(changed) => {
        setFiltered({ source: filterKey(draft.source), filter: changed });
        pasted.clear();
      }}
      onReload={images.reload}
      onMoreRepositories={images.moreRepositories}
      onTags={(repository) => {
        images.loadTags(repository);
      }}
      onSeen={seen}
      counterparts={counterparts}
      namespaces={namespaces.answer}
      profiles={profiles}
      practice={practice.answer}
      onWanted={selectAll}
      ruleScope={
        everywhere
          ? "all repositories"
          : formatCounted(searched.length, "repository", "repositories")
      }
      ruleResult={rules.result}
      onCount={(wanted) => choose(wanted, false)}
      onRules={(wanted) => choose(wanted, true)}
      sourceStates={states}
      onSourceStates={readStates}
      recentSources={recent.sources}
      onRecentClear={recent.clear}
      onRulesStop={rules.stop}
      onSignIn={signIn}
      onSignOut={signOut}
    />
  );
}
