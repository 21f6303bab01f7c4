/** The help topic of the screen that the window shows. Used by `App`. */
import type { HelpTopic } from "../shared/help";
import type { Page } from "./routes";

const ofSteps: Record<string, HelpTopic> = {
  connection: "destination",
  images: "images",
  repositories: "names",
  review: "review",
};

const ofPages: Record<Exclude<Page, "migrate">, HelpTopic> = {
  welcome: "welcome",
  repositories: "repositories",
  history: "history",
  profiles: "profiles",
  friendlyName: "friendly_name",
  settings: "settings",
};

export function helpTopic(page: Page, step: string | undefined, job: string | null): HelpTopic {
  if (page !== "migrate") {
    return ofPages[page];
  }
  return job === null ? (ofSteps[step ?? ""] ?? "destination") : "progress";
}
