import { useCallback, useEffect, useRef, useState } from "react";
import { useBackend } from "../ipc/BackendContext";
import { defaultSettings } from "../ipc/defaultSettings";
import type { AppInfo, Settings } from "../ipc/generated";

/** Settings until the program answers. `welcomed` avoids a flash of the welcome page. */
const unread: Settings = { ...defaultSettings, welcomed: true };

interface KnownSettings {
  readonly settings: Settings;
  readonly info: AppInfo | null;
  /** Whether loading has finished, also after an error. */
  readonly ready: boolean;
  /** The error of loading. The default settings apply. */
  readonly error: unknown;
  /** Saves a partial change, and reverts it if saving fails. */
  readonly change: (change: Partial<Settings>) => Promise<void>;
}

/** Loads the settings once and saves every change. */
export function useSettings(): KnownSettings {
  const backend = useBackend();
  const [settings, setSettings] = useState(unread);
  const [info, setInfo] = useState<AppInfo | null>(null);
  const [ready, setReady] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const newest = useRef(settings);

  useEffect(() => {
    let wanted = true;
    Promise.all([backend.settingsGet(), backend.appInfo()]).then(
      ([read, about]) => {
        if (wanted) {
          newest.current = read;
          setSettings(read);
          setInfo(about);
          setReady(true);
        }
      },
      (failure: unknown) => {
        if (wanted) {
          setError(failure);
          setReady(true);
        }
      },
    );
    return () => {
      wanted = false;
    };
  }, [backend]);

  const change = useCallback(
    async (part: Partial<Settings>) => {
      const before = newest.current;
      const after = { ...before, ...part };
      newest.current = after;
      setSettings(after);
      try {
        await backend.settingsSet(after);
      } catch (failure) {
        newest.current = before;
        setSettings(before);
        throw failure;
      }
    },
    [backend],
  );
  return { settings, info, ready, error, change };
}
