import Header from "@cloudscape-design/components/header";
import type { ReactNode } from "react";
import { useFollowingContent } from "../shared/useFollowingContent";
import { type Page, pageTitles } from "./routes";

interface PageContentProps {
  page: Page | null;
  children: ReactNode;
}

/** Pages with a table that fills the window. The others are drawn with the click: their parts keep their places from then on. */
const hasTable: ReadonlySet<Page | null> = new Set<Page>([
  "migrate",
  "repositories",
  "history",
  "profiles",
]);

/** The content of the page. Until its table is rendered, its title answers the click. */
export function PageContent({ page, children }: PageContentProps) {
  const { content, isFollowing } = useFollowingContent(hasTable.has(page) ? page : null, children);
  return (
    <div className="page-content">
      {isFollowing && page !== null && page !== "welcome" && (
        <div className="page-content-title">
          <Header variant="h1">{pageTitles[page]}</Header>
        </div>
      )}
      <div className={isFollowing ? "following" : undefined}>{content}</div>
    </div>
  );
}
