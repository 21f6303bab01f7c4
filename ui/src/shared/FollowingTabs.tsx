/** The tabs of every page. */
import Tabs, { type TabsProps } from "@cloudscape-design/components/tabs";
import { type ReactNode, useDeferredValue, useEffect, useRef, useState } from "react";

/**
 * Tabs whose head answers a click at once, while the content of the tab follows in the background. A tab with the strategy
 * `lazy` stays as it is while another one is shown.
 */
export function FollowingTabs({ activeTabId, onChange, tabs, ...props }: TabsProps) {
  const [chosen, setChosen] = useState(tabs[0]?.id);
  const active = activeTabId ?? chosen;
  const drawn = useDeferredValue(active);
  return (
    <Tabs
      {...props}
      activeTabId={active}
      onChange={(event) => {
        setChosen(event.detail.activeTabId);
        onChange?.(event);
      }}
      tabs={tabs.map(({ content, contentRenderStrategy, ...tab }) => ({
        ...tab,
        contentRenderStrategy: "eager",
        content: (
          <TabContent isDrawn={tab.id === drawn} isKept={contentRenderStrategy === "lazy"}>
            {content}
          </TabContent>
        ),
      }))}
    />
  );
}

interface TabContentProps {
  isDrawn: boolean;
  /** Whether the content stays, hidden, after it was drawn. */
  isKept: boolean;
  children: ReactNode;
}

/** The content of a tab. The previous one is removed with the drawing of the next, not with the click. */
function TabContent({ isDrawn, isKept, children }: TabContentProps) {
  const wasDrawn = useRef(false);
  useEffect(() => {
    wasDrawn.current ||= isDrawn;
  });
  const hasContent = isDrawn || (isKept && wasDrawn.current);
  return <div style={isDrawn ? undefined : { display: "none" }}>{hasContent && children}</div>;
}
