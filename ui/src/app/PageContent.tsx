import Header from "@cloudscape-design/components/header";
import type { ReactNode } from "react";
import { useFollowingContent } from "../shared/useFollowingContent";
import { type Page, pageTitles } from "./routes";

interface PageContentProps {
  page: Page | null;
  children: ReactNode;
}

/** The content of the page. Until it is rendered, its title answers the click. */
export function PageContent({ page, children }: PageContentProps) {
  const { content, isFollowing } = useFollowingContent(page, children);
  return (
    <>
      {isFollowing && page !== null && page !== "welcome" && (
        <Header variant="h1">{pageTitles[page]}</Header>
      )}
      <div hidden={isFollowing}>{content}</div>
    </>
  );
}
