import { useCallback, useState } from "react";
import type { Backend } from "../../../ipc";
import { formatCounted } from "../../../shared/format";
import { imagesText, type SourceStates } from "../steps/sourceOptions";

/** What the sources on this computer have. They are asked when the list of sources is opened. */
export function useSourceStates(backend: Backend, profiles: number) {
  const [engine, setEngine] = useState<string | null>(null);
  const readStates = useCallback(async () => {
    try {
      const { running } = await backend.engineStatus();
      if (!running) {
        setEngine("Not running");
        return;
      }
      const { repositories } = await backend.sourceRepositories({ kind: "docker_engine" }, null);
      setEngine(imagesText(repositories.reduce((sum, { tags }) => sum + (tags?.length ?? 0), 0)));
    } catch {
      // The step shows the error when the user chooses the engine.
      setEngine("Not available");
    }
  }, [backend]);
  const states: SourceStates = {
    ...(engine === null ? {} : { docker_engine: engine }),
    ...(profiles === 0 ? {} : { ecr: formatCounted(profiles, "profile", "profiles") }),
  };
  return { states, readStates };
}
