/** A page of the window. */
export type Page = "welcome" | "migrate" | "repositories" | "history" | "profiles" | "settings";

/** What each page is called in the navigation; the welcome page is in none. */
export const pageTitles: Record<Exclude<Page, "welcome">, string> = {
  migrate: "Migrate",
  repositories: "Repositories",
  history: "History",
  profiles: "Saved profiles",
  settings: "Settings",
};

/** Whether a text is a page. */
export function isPage(text: string): text is Exclude<Page, "welcome"> {
  return text in pageTitles;
}
