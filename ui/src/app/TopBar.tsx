import Popover from "@cloudscape-design/components/popover";
import TopNavigation, {
  type TopNavigationProps,
} from "@cloudscape-design/components/top-navigation";
import { memo } from "react";
import { useBackend } from "../ipc/BackendContext";
import type { AwsConnection, EngineStatus } from "../ipc/generated";
import { engineFacts } from "../shared/engineFacts";
import { formatPercent } from "../shared/format";
import { useNow } from "../shared/useNow";
import { useRequest } from "../shared/useRequest";
import { ActivityLine } from "./ActivityLine";
import {
  type AccountItem,
  accountFacts,
  accountItems,
  accountText,
  offeredConnections,
  profileItems,
  regionItems,
  type ShownConnection,
  shownRegion,
} from "./connectionMenus";
import type { RunningJob } from "./useRunningJobs";

interface TopBarProps {
  shown: ShownConnection;
  /** Changes the connection of the page, or `null` if the page has none of its own. */
  onConnection: ((connection: AwsConnection) => void) | null;
  engine: EngineStatus | null;
  dark: boolean;
  /** The running migrations while the navigation is closed. */
  jobs: readonly RunningJob[];
  onMigrate: () => void;
  onAccountItem: (item: AccountItem) => void;
  onJob: (job: string) => void;
  onHelp: () => void;
  onDark: (dark: boolean) => void;
  onEngine: () => void;
}

const badgeBlanks = 22;

const practiceText = "Practice mode: simulated ECR and Docker Hub. No changes are made to AWS.";

function engineText(engine: EngineStatus | null): string {
  if (engine === null) {
    return "Docker Engine: checking";
  }
  return engine.running
    ? (engine.version ?? "Docker Engine running")
    : "Docker Engine: not running";
}

/** Details of a running engine, for the top of its menu. A disabled item would be hard to read. */
function engineDetails(engine: EngineStatus | null): string | undefined {
  return engine?.running
    ? engineFacts(engine)
        .map(([what, value]) => `${what}: ${value}`)
        .join(" · ")
    : undefined;
}

/** A moon for the dark theme, and a sun for the light theme. */
function ThemeIcon({ dark }: { dark: boolean }) {
  return (
    <svg viewBox="0 0 16 16" focusable="false" aria-hidden="true">
      {dark ? (
        <>
          <circle cx="8" cy="8" r="3" />
          <path d="M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.5 1.5M11.5 11.5L13 13M13 3l-1.5 1.5M4.5 11.5L3 13" />
        </>
      ) : (
        <path d="M13.5 9.5A6 6 0 1 1 6.5 2.5a5 5 0 0 0 7 7Z" />
      )}
    </svg>
  );
}

/** The top bar: practice badge, profile and Region menus, Docker Engine, help, and theme. */
export const TopBar = memo(function TopBar(props: TopBarProps) {
  const { shown, onConnection, engine, dark, jobs } = props;
  const { connection, identity, alias } = shown;
  const backend = useBackend();
  const now = useNow();
  const offers = onConnection !== null;
  const saved = useRequest(offers ? "saved" : null, () => backend.savedProfilesList());
  // Also for the Region of a profile whose identity isn’t known, because the call fails or is running.
  const needsProfiles = offers || (connection?.kind === "profile" && identity === null);
  const aws = useRequest(needsProfiles ? "aws" : null, () => backend.awsProfilesList());
  const offered = { saved: saved.answer ?? [], profiles: aws.answer?.profiles ?? [] };
  const connections = offeredConnections(offered);
  const practice = connection?.kind === "practice";
  const region = shownRegion(shown, offered.profiles);
  const named = accountText(shown);

  const utilities: TopNavigationProps.Utility[] = [
    {
      type: "menu-dropdown",
      iconName: "user-profile",
      text: named,
      ariaLabel: `AWS account: ${named}`,
      title:
        identity && alias !== null ? `${identity.account_id} (${alias})` : identity?.account_id,
      description: practice ? undefined : identity?.arn,
      items: offers
        ? [
            ...accountFacts(shown, now),
            ...profileItems(offered, connection),
            ...accountItems(shown).filter(({ id }) => id !== "migrate"),
          ]
        : [...accountFacts(shown, now), ...accountItems(shown)],
      onItemClick: ({ detail }) => {
        const chosen = connections.get(detail.id);
        if (chosen !== undefined) {
          onConnection?.(chosen);
        } else {
          props.onAccountItem(detail.id as AccountItem);
        }
      },
    },
    ...(connection !== null && connection.kind !== "practice"
      ? [
          {
            type: "menu-dropdown" as const,
            iconName: "globe" as const,
            text: region ?? "Choose Region",
            ariaLabel: region ? `Region: ${region}` : "Choose Region",
            expandableGroups: true,
            items: offers ? regionItems(region) : [{ id: "", text: "Change account or Region" }],
            onItemClick: ({ detail }: { detail: { id: string } }) => {
              if (detail.id === "") {
                props.onAccountItem("migrate");
              } else {
                onConnection?.({ ...connection, region: detail.id });
              }
            },
          },
        ]
      : []),
    {
      type: "menu-dropdown",
      iconName: engine?.running ? "status-positive" : "status-stopped",
      text: engineText(engine),
      ariaLabel: engineText(engine),
      title: engine?.version ?? undefined,
      description: engineDetails(engine),
      items: [{ id: "engine", text: "Refresh" }],
      onItemClick: props.onEngine,
    },
    ...jobs.map(
      ({ job, percent, source }): TopNavigationProps.Utility => ({
        type: "button",
        iconName: "status-in-progress",
        text: formatPercent(percent),
        title: `Migration from ${source}`,
        ariaLabel: `View the running migration from ${source}: ${formatPercent(percent)}`,
        disableTextCollapse: true,
        onClick: () => props.onJob(job),
      }),
    ),
    {
      type: "button",
      iconName: "status-info",
      ariaLabel: "Help",
      title: "Help",
      onClick: props.onHelp,
    },
    {
      type: "button",
      iconSvg: <ThemeIcon dark={dark} />,
      ariaLabel: dark ? "Light theme" : "Dark theme",
      title: dark ? "Light theme" : "Dark theme",
      onClick: () => props.onDark(!dark),
    },
  ];

  return (
    <div id="top" className="top-bar">
      <TopNavigation
        identity={{
          href: "#migrate",
          // The blanks reserve the place of the badge, so that the menus never lie below it.
          title: practice ? `Transload${"\u00a0".repeat(badgeBlanks)}` : "Transload",
          onFollow: (event) => {
            event.preventDefault();
            props.onMigrate();
          },
        }}
        utilities={utilities}
        i18nStrings={{ overflowMenuTriggerText: "More", overflowMenuTitleText: "All" }}
      />
      {practice && (
        <div className="practice-badge" data-testid="practice-badge">
          <Popover
            triggerType="custom"
            dismissButton={false}
            content={practiceText}
            data-testid="practice-text"
          >
            <button type="button" title={practiceText}>
              PRACTICE
            </button>
          </Popover>
        </div>
      )}
      <ActivityLine />
    </div>
  );
});
