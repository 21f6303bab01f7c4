/** The pages of the window. */
export type Page =
  | "welcome"
  | "migrate"
  | "repositories"
  | "history"
  | "profiles"
  | "friendlyName"
  | "settings";

/** Titles in the navigation. The welcome page isn't part of it. */
export const pageTitles: Record<Exclude<Page, "welcome">, string> = {
  migrate: "Migrate",
  repositories: "Repositories",
  history: "History",
  profiles: "Saved profiles",
  friendlyName: "Friendly name",
  settings: "Settings",
};

export function isPage(text: string): text is Exclude<Page, "welcome"> {
  return text in pageTitles;
}
