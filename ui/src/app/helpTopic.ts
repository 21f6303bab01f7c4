/** The help topic of the screen that the window shows. Used by `App`. */
import { type HelpTopic, stepTopics } from "../shared/help";
import type { Page } from "./routes";

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
  const ofSteps: Partial<Record<string, HelpTopic>> = stepTopics;
  return job === null ? (ofSteps[step ?? ""] ?? "destination") : "progress";
}
