import { useMemo, useState } from "react";
import type { ErrorActions } from "../../../errors";
import { useBackend } from "../../../ipc/BackendContext";
import type { SourceRepository, TagRules } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";
import { useRequest } from "../../../shared/useRequest";
import { ImagesStep } from "../steps/ImagesStep";
import { filteredTags, noFilter, repositoryRows } from "../steps/imageRows";
import type { RuleResult } from "../steps/RuleFields";
import type { Draft } from "./draft";
import type { DraftAction } from "./reducer";
import type { SourceImages } from "./useSourceImages";
import { sourceProblem } from "./validation";

interface ImagesContainerProps {
  draft: Draft;
  dispatch: (action: DraftAction) => void;
  images: SourceImages;
  errorActions: ErrorActions;
}

const noResult: RuleResult = { chosen: null, loading: false, error: null };

function named(name: string): SourceRepository {
  return { name, private: null, updated_at_ms: null, size_bytes: null, tags: null };
}

/** Step 2 with what it shows: the source, its login, its repositories and tags. */
export function ImagesContainer({ draft, dispatch, images, errorActions }: ImagesContainerProps) {
  const backend = useBackend();
  const [filter, setFilter] = useState(noFilter);
  const [ruleResult, setRuleResult] = useState(noResult);
  const source = sourceProblem(draft.source) === null ? draft.source : null;
  const signs = source?.kind === "docker_hub" || source?.kind === "registry";
  const login = useRequest(signs ? JSON.stringify(source) : null, async () => {
    if (source === null) {
      throw new Error("no source is chosen");
    }
    return backend.sourceLoginStatus(source);
  });
  const engine = useRequest(
    source?.kind === "docker_engine" && images.repositories.error !== null ? "engine" : null,
    () => backend.engineStatus(),
  );
  const { repositories } = images;
  const list = useMemo(() => {
    const listed = new Set(repositories.list.map((repository) => repository.name));
    return [
      ...draft.typedRepositories.filter((name) => !listed.has(name)).map(named),
      ...repositories.list,
    ];
  }, [draft.typedRepositories, repositories.list]);

  const selectAll = async (wanted: readonly string[]) => {
    const added = await Promise.all(
      wanted.map(async (repository) => {
        const tags = filteredTags(await images.loadTags(repository), filter);
        return tags.map((tag) => ({ repository, tag: tag.tag }));
      }),
    );
    dispatch({ type: "images_added", images: added.flat() });
  };
  // Rules look where the table looks: everywhere, or at what the search leaves.
  const searched = repositoryRows(list, filter).map((row) => row.id);
  const everywhere = filter.search.trim() === "" && draft.typedRepositories.length === 0;
  const choose = async (rules: TagRules) => {
    if (source === null) {
      return;
    }
    const selection = { repositories: everywhere ? [] : searched, rules };
    setRuleResult({ chosen: null, loading: true, error: null });
    try {
      const chosen = await backend.sourceChoose(source, selection);
      setRuleResult({ chosen, loading: false, error: null });
      dispatch({ type: "rules_applied", selection, images: chosen.images });
    } catch (error) {
      setRuleResult({ chosen: null, loading: false, error });
    }
  };
  const signIn = async (username: string, secret: string) => {
    if (source !== null) {
      await backend.sourceLogin({ source, username, secret });
      login.reload();
      images.reload();
    }
  };
  const signOut = async () => {
    if (source !== null) {
      await backend.sourceLogout(source);
      login.reload();
      images.reload();
    }
  };

  return (
    <ImagesStep
      draft={draft}
      onChange={dispatch}
      repositories={{
        list,
        loading: repositories.loading,
        error: repositories.error,
        more: repositories.next !== null,
      }}
      tags={images.tags}
      filter={filter}
      engine={engine.answer}
      login={login}
      errorActions={errorActions}
      onFilter={setFilter}
      onReload={images.reload}
      onMoreRepositories={images.moreRepositories}
      onTags={(repository) => {
        images.loadTags(repository);
      }}
      onWanted={selectAll}
      ruleScope={
        everywhere
          ? "all repositories"
          : formatCounted(searched.length, "repository", "repositories")
      }
      ruleResult={ruleResult}
      onRules={choose}
      onSignIn={signIn}
      onSignOut={signOut}
    />
  );
}
