import { Channel, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend, FileDrag, Unsubscribe } from "./backend";
import type { Commands, JobEvent } from "./generated";
import { commands } from "./generated/commands";
import { toApiError } from "./invokeError";

/** A value as the shell takes it: a callback becomes a channel. */
function argument(value: unknown, wantsReports: () => boolean): unknown {
  if (typeof value !== "function") {
    return value;
  }
  const channel = new Channel<unknown>();
  channel.onmessage = (message) => {
    if (wantsReports()) {
      value(message);
    }
  };
  return channel;
}

/** Commands that answer before they report. */
const followed: readonly string[] = [commands.jobFollow.name];

/**
 * The method of a command: its arguments go by name, and a rejection becomes an `ApiError`. A channel isn't ordered with the
 * answer: what arrives after the answer is older than it, and is dropped.
 */
function method({ name, arguments: names }: { name: string; arguments: readonly string[] }) {
  return async (...values: unknown[]): Promise<unknown> => {
    let isAnswered = false;
    const wantsReports = () => !isAnswered || followed.includes(name);
    const given = names.map((key, place) => [key, argument(values[place], wantsReports)]);
    try {
      return await invoke(name, Object.fromEntries(given));
    } catch (rejection) {
      throw toApiError(rejection);
    } finally {
      isAnswered = true;
    }
  };
}

/** Names and signatures are generated from one list, so each method has the type of its command. */
const called = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [name, method(command)]),
) as unknown as Commands;

function jobFollow(job: string, fromSeq: number, onEvent: (event: JobEvent) => void): Unsubscribe {
  let next = fromSeq;
  let wanted = true;
  const onEvents = (events: JobEvent[]) => {
    for (const event of events) {
      // A replay may overlap with live events; the reader notices a gap by `seq`.
      if (wanted && event.seq >= next) {
        next = event.seq + 1;
        onEvent(event);
      }
    }
  };
  called.jobFollow(job, fromSeq, onEvents).catch((error: unknown) => {
    if (wanted) {
      reportError(error);
    }
  });
  return () => {
    wanted = false;
  };
}

/** Subscribes to an event of the shell. */
function subscribe<Payload>(event: string, callback: (payload: Payload) => void): Unsubscribe {
  let wanted = true;
  const listening = listen<Payload>(event, ({ payload }) => {
    if (wanted) {
      callback(payload);
    }
  });
  return () => {
    wanted = false;
    listening.then(
      (stop) => stop(),
      () => {},
    );
  };
}

/** The backend of the program: commands of the shell, and its events. */
export const tauriBackend: Backend = {
  ...called,
  jobFollow,
  onCloseRequested: (callback) => subscribe("close-requested", callback),
  onFileDrag: (callback) => subscribe<FileDrag>("file-drag", callback),
};
