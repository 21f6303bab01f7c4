import AppLayout from "@cloudscape-design/components/app-layout";
import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import SideNavigation, {
  type SideNavigationProps,
} from "@cloudscape-design/components/side-navigation";
import { type ReactNode, useCallback, useState, useSyncExternalStore } from "react";
import type { AwsConnection, EngineStatus } from "../ipc/generated";
import { formatPercent } from "../shared/format";
import { HelpProvider, type HelpTopic } from "../shared/help";
import { NoticePlaceProvider } from "../shared/noticePlace";
import { useStableActions } from "../shared/useStableActions";
import type { AccountItem, ShownConnection } from "./connectionMenus";
import { isPage, type Page, pageTitles } from "./routes";
import { ShortcutsModal } from "./ShortcutsModal";
import { useShortcuts } from "./shortcuts";
import { TopBar } from "./TopBar";
import { useNoticePlace } from "./useNoticePlace";
import type { RunningJob } from "./useRunningJobs";
import { WindowHelp } from "./WindowHelp";
import "./frame.css";

interface FrameProps {
  page: Page;
  /** Whether the page is the wizard: the navigation is closed, so that the steps get its room. */
  wizard: boolean;
  /** The topic of the help panel for the screen. */
  topic: HelpTopic;
  shown: ShownConnection;
  /** Changes the connection of the page, or `null` if the page has none of its own. */
  onConnection: ((connection: AwsConnection) => void) | null;
  engine: EngineStatus | null;
  dark: boolean;
  jobs: readonly RunningJob[];
  notices: readonly FlashbarProps.MessageDefinition[];
  onPage: (page: Page) => void;
  onAccountItem: (item: AccountItem) => void;
  /** Opens a running migration. */
  onJob: (job: string) => void;
  onDark: (dark: boolean) => void;
  onEngine: () => void;
  children: ReactNode;
}

const labels = {
  navigation: "Navigation",
  navigationToggle: "Open navigation",
  navigationClose: "Close navigation",
  tools: "Help panel",
  toolsToggle: "Open help panel",
  toolsClose: "Close help panel",
};

/** The width below which `AppLayout` closes the navigation, for example at 200 % zoom. */
const narrow = matchMedia("(width <= 688px)");

function followNarrow(onChange: () => void): () => void {
  narrow.addEventListener("change", onChange);
  return () => narrow.removeEventListener("change", onChange);
}

const jobHref = "#job-";

const noJobs: readonly RunningJob[] = [];

/** The pages, and the running migrations with their percentages. */
function navigationItems(jobs: readonly RunningJob[]): SideNavigationProps.Item[] {
  const pages: SideNavigationProps.Item[] = Object.entries(pageTitles).map(([id, text]) => ({
    type: "link",
    text,
    href: `#${id}`,
  }));
  if (jobs.length === 0) {
    return pages;
  }
  return [
    ...pages,
    { type: "divider" },
    ...jobs.map(
      ({ job, percent, source }): SideNavigationProps.Link => ({
        type: "link",
        text: jobs.length === 1 ? "Running migration" : `Migration from ${source}`,
        href: `${jobHref}${job}`,
        info: <span data-testid="nav-percent">{formatPercent(percent)}</span>,
      }),
    ),
  ];
}

/** The frame of every page: top bar, navigation, notifications, and shortcuts. */
export function Frame(props: FrameProps) {
  const { page, wizard, jobs, notices, onPage } = props;
  // The user's choice is kept for the wizard, for the other pages, and for a narrow window, where the navigation covers the page.
  const [open, setOpen] = useState({ wizard: false, other: true, narrow: false });
  const isNarrow = useSyncExternalStore(followNarrow, () => narrow.matches);
  const [shortcutsShown, setShortcutsShown] = useState(false);
  // The panel follows the screen. An Info link shows its own topic until the screen changes.
  const [help, setHelp] = useState<{ on: HelpTopic; topic: HelpTopic } | null>(null);
  const topic = help?.on === props.topic ? help.topic : props.topic;
  const screen = props.topic;
  const openHelp = useCallback(
    (wanted: HelpTopic) => setHelp({ on: screen, topic: wanted }),
    [screen],
  );
  const place = useNoticePlace(help !== null);
  const showShortcuts = () => setShortcutsShown(true);
  // In a narrow window, the help panel covers the page.
  const isFooterShown = wizard && !(isNarrow && help !== null);
  const kind = isNarrow ? "narrow" : wizard ? "wizard" : "other";
  // A step of the wizard, and the progress of a migration, don't render the top bar.
  const topBar = useStableActions({
    onMigrate: () => onPage("migrate"),
    onHelp: () => (help === null ? openHelp(screen) : setHelp(null)),
  });
  useShortcuts({ onPage, onHelp: showShortcuts });
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to main content
      </a>
      <TopBar
        shown={props.shown}
        onConnection={props.onConnection}
        engine={props.engine}
        dark={props.dark}
        jobs={open[kind] ? noJobs : jobs}
        onMigrate={topBar.onMigrate}
        onAccountItem={props.onAccountItem}
        onJob={props.onJob}
        onHelp={topBar.onHelp}
        onDark={props.onDark}
        onEngine={props.onEngine}
      />
      <AppLayout
        headerSelector="#top"
        contentType={wizard ? "wizard" : page === "welcome" ? "cards" : "table"}
        // The whole width is used, also on a large screen.
        maxContentWidth={Number.MAX_VALUE}
        toolsHide={help === null}
        toolsOpen={help !== null}
        onToolsChange={({ detail }) => (detail.open ? openHelp(screen) : setHelp(null))}
        tools={<WindowHelp topic={topic} onShortcuts={showShortcuts} />}
        ariaLabels={labels}
        navigationOpen={open[kind]}
        onNavigationChange={({ detail }) =>
          // `AppLayout` closes it before the narrow window is rendered.
          setOpen({ ...open, [narrow.matches ? "narrow" : kind]: detail.open })
        }
        navigationWidth={200}
        navigation={
          <SideNavigation
            activeHref={`#${page}`}
            items={navigationItems(jobs)}
            onFollow={(event) => {
              event.preventDefault();
              const target = event.detail.href.slice(1);
              if (event.detail.href.startsWith(jobHref)) {
                props.onJob(event.detail.href.slice(jobHref.length));
              } else if (isPage(target)) {
                onPage(target);
              }
            }}
            data-testid="navigation"
          />
        }
        content={
          <div
            ref={place.content}
            id="content"
            className="page-content"
            tabIndex={-1}
            data-page-content
          >
            <NoticePlaceProvider value={place.keepBeside}>
              <HelpProvider value={openHelp}>{props.children}</HelpProvider>
            </NoticePlaceProvider>
          </div>
        }
      />
      {/* Over the content, which doesn't move when a notification appears. */}
      <div
        ref={place.notices}
        className={`notices ${isFooterShown ? "notices-above-footer" : ""}`}
        data-testid="notices"
      >
        <Flashbar items={notices} />
      </div>
      {shortcutsShown && <ShortcutsModal onClose={() => setShortcutsShown(false)} />}
    </>
  );
}
