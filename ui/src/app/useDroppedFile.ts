/** Opens plans and lists of images that are dropped on the window. Used by `App`. */
import { type Dispatch, useEffect, useRef, useState } from "react";
import type { Draft, DraftAction } from "../features/migrate";
import type { Backend } from "../ipc/backend";
import type { DroppedFile } from "../ipc/generated";
import { sourceLabel } from "../shared/connection";
import { formatCounted } from "../shared/format";
import type { Notify } from "../shared/notify";

interface DropTargets {
  readonly draft: Draft | null;
  readonly dispatch: Dispatch<DraftAction>;
  readonly notify: Notify;
  readonly notifyError: (error: unknown) => void;
  /** Opens the wizard at the step of the draft. */
  readonly openWizard: () => void;
}

function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/** What the notification says about an opened file. */
function openedText(file: DroppedFile): string {
  if (file.kind === "plan") {
    return "Review makes the plan again before you start it.";
  }
  const count = formatCounted(file.images.length, "image", "images");
  const others =
    file.others === 0
      ? ""
      : ` ${formatCounted(file.others, "image", "images")} of other sources not selected.`;
  return `${count} selected. ${sourceLabel(file.source)}.${others}`;
}

/** Returns whether a file is dragged over the window. Nothing starts without the user. */
export function useDroppedFile(backend: Backend, targets: DropTargets): boolean {
  const [over, setOver] = useState(false);
  const now = useRef(targets);
  now.current = targets;
  useEffect(() => {
    const open = async (path: string) => {
      try {
        const file = await backend.droppedFileRead(path);
        const { draft, dispatch, notify, openWizard } = now.current;
        if (file.kind === "plan") {
          const { request, account_id: account } = file;
          dispatch({ type: "request_taken", request, account });
        } else {
          const { source, images } = file;
          dispatch({ type: "selection_replaced", source, images });
          dispatch({ type: "step_shown", step: "images" });
        }
        openWizard();
        notify({
          type: "success",
          header: `${fileName(path)} opened`,
          text: openedText(file),
          // The choices before are restored as they were.
          action:
            draft === null
              ? undefined
              : { text: "Undo", onClick: () => dispatch({ type: "restored", draft }) },
        });
      } catch (error) {
        now.current.notifyError(error);
      }
    };
    return backend.onFileDrag((drag) => {
      setOver(drag.kind === "entered");
      if (drag.kind !== "dropped") {
        return;
      }
      const [path, ...others] = drag.paths;
      if (path !== undefined && others.length === 0) {
        open(path);
      } else if (path !== undefined) {
        now.current.notify({ type: "warning", header: "Drop one file at a time" });
      }
    });
  }, [backend]);
  return over;
}
