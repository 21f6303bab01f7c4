import Header from "@cloudscape-design/components/header";
import type { ReactNode } from "react";
import { useFollowingContent } from "../shared/useFollowingContent";
import { type Page, pageTitles } from "./routes";

interface PageContentProps {
  page: Page | null;
  children: ReactNode;
}

/** The content of the page. Until it is rendered, its title answers the click. Welcome has no title. */
export function PageContent({ page, children }: PageContentProps) {
  const titled = page === "welcome" ? null : page;
  const { content, isFollowing } = useFollowingContent(titled, children);
  return (
    <div className="page-content">
      {isFollowing && titled !== null && (
        <div className="page-content-title">
          <Header variant="h1">{pageTitles[titled]}</Header>
        </div>
      )}
      <div className={isFollowing ? "following" : undefined}>{content}</div>
    </div>
  );
}
