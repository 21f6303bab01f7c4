/** What the items of the account menu do, beside the profiles. Used by `App`. */
import type { Backend } from "../ipc/backend";
import type { Notify } from "../shared/notify";
import { type AccountItem, consoleUrl, type ShownConnection } from "./connectionMenus";
import type { Page } from "./routes";

interface AccountItemTargets {
  readonly backend: Backend;
  readonly notify: Notify;
  readonly notifyError: (error: unknown) => void;
  readonly openPage: (page: Page) => void;
  /** Opens the wizard at its destination. */
  readonly chooseDestination: () => void;
}

export function openAccountItem(
  item: AccountItem,
  shown: ShownConnection,
  { backend, notify, notifyError, openPage, chooseDestination }: AccountItemTargets,
): void {
  const account = shown.identity?.account_id;
  const url = consoleUrl(shown);
  switch (item) {
    case "copy":
      if (account !== undefined) {
        navigator.clipboard.writeText(account).then(
          () => notify({ type: "success", header: `Account ID ${account} copied` }),
          () => notify({ type: "error", header: "Couldn’t copy to the clipboard" }),
        );
      }
      return;
    case "console":
      if (url !== null) {
        backend.linkOpen(url).catch(notifyError);
      }
      return;
    case "profiles":
      openPage("profiles");
      return;
    case "sign_ins":
      openPage("settings");
      return;
    case "migrate":
      chooseDestination();
      return;
  }
}
