import { useCallback, useEffect, useRef, useState } from "react";
import { useBackend } from "../ipc/BackendContext";
import { defaultSettings } from "../ipc/defaultSettings";
import type { AppInfo, Settings } from "../ipc/generated";

/** What holds until the settings have been read: nobody is welcomed before that. */
const unread: Settings = { ...defaultSettings, welcomed: true };

/** The settings of the program. */
export interface KnownSettings {
  readonly settings: Settings;
  readonly info: AppInfo | null;
  /** Whether they have been read, or could not be. */
  readonly ready: boolean;
  /** Why they could not be read; the defaults hold then. */
  readonly error: unknown;
  /** Merges a change and keeps it; what could not be kept is taken back. */
  readonly change: (change: Partial<Settings>) => Promise<void>;
}

/** Reads the settings once, and keeps every change. */
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
