import Alert from "@cloudscape-design/components/alert";
import AppLayout from "@cloudscape-design/components/app-layout";
import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import SideNavigation, {
  type SideNavigationProps,
} from "@cloudscape-design/components/side-navigation";
import TopNavigation, {
  type TopNavigationProps,
} from "@cloudscape-design/components/top-navigation";
import { type ReactNode, useState } from "react";
import type { AwsConnection, AwsIdentity, EngineStatus } from "../ipc/generated";
import { connectionLabel } from "../shared/connection";
import { engineFacts } from "../shared/engineFacts";
import { partitionName } from "../shared/regions";
import { timeLeft } from "../shared/TimeLeft";
import { useNow } from "../shared/useNow";
import { isPage, type Page, pageTitles } from "./routes";

export interface FrameProps {
  page: Page;
  connection: AwsConnection | null;
  identity: AwsIdentity | null;
  /** `null` if the account has no alias or the identity isn't allowed to read it. */
  alias: string | null;
  engine: EngineStatus | null;
  dark: boolean;
  /** Percentage of the running migration, or `null`. */
  percent: number | null;
  notices: readonly FlashbarProps.MessageDefinition[];
  onPage: (page: Page) => void;
  onDark: (dark: boolean) => void;
  onEngine: () => void;
  children: ReactNode;
}

function accountText(
  connection: AwsConnection | null,
  identity: AwsIdentity | null,
  alias: string | null,
): string {
  if (connection === null) {
    return "No AWS account selected";
  }
  if (connection.kind === "practice") {
    return "Practice";
  }
  return identity === null
    ? connectionLabel(connection)
    : `${alias ?? identity.account_id} ${identity.region}`;
}

/** Shows the identity and when the session expires, with a link to change it. */
function accountMenu(
  connection: AwsConnection | null,
  identity: AwsIdentity | null,
  alias: string | null,
  now: number,
): Pick<TopNavigationProps.MenuDropdownUtility, "title" | "description" | "items"> {
  const change = {
    id: "migrate",
    text: connection === null ? "Choose account" : "Change account or region",
  };
  if (identity === null || connection === null || connection.kind === "practice") {
    return { items: [change] };
  }
  const facts = [
    ["Partition", partitionName(identity.partition)],
    ["Registry", identity.endpoints.registry ?? "–"],
    [
      "Session",
      identity.expires_at_ms === null ? "Doesn’t expire" : timeLeft(identity.expires_at_ms, now),
    ],
  ] as const;
  return {
    title: alias === null ? identity.account_id : `${identity.account_id} (${alias})`,
    description: identity.arn,
    items: [
      ...facts.map(([what, value]) => ({
        id: what,
        text: `${what}: ${value}`,
        disabled: true,
      })),
      change,
    ],
  };
}

function engineText(engine: EngineStatus | null): string {
  if (engine === null) {
    return "Docker Engine: checking";
  }
  return engine.running
    ? (engine.version ?? "Docker Engine running")
    : "Docker Engine: not running";
}

const labels = {
  navigation: "Navigation",
  navigationToggle: "Open navigation",
  navigationClose: "Close navigation",
};

/** Details of a running engine, for the top of its menu. A disabled item would be hard to read. */
function engineDetails(engine: EngineStatus | null): string | undefined {
  return engine?.running
    ? engineFacts(engine)
        .map(([what, value]) => `${what}: ${value}`)
        .join(" · ")
    : undefined;
}

/** The frame of every page: navigation, account, engine, theme, notifications. */
export function Frame(props: FrameProps) {
  const { page, connection, identity, alias, engine, dark, percent, notices } = props;
  const now = useNow();
  const [open, setOpen] = useState(true);
  const practice = connection?.kind === "practice";
  const items: SideNavigationProps.Item[] = Object.entries(pageTitles).map(([id, text]) => ({
    type: "link",
    text,
    href: `#${id}`,
    info:
      id === "migrate" && percent !== null ? (
        <span data-testid="nav-percent">{percent} %</span>
      ) : undefined,
  }));
  return (
    <>
      {/* AppLayout reserves the height of the header while the page scrolls. */}
      <div id="top" style={{ position: "sticky", insetBlockStart: 0, zIndex: 1002 }}>
        <TopNavigation
          identity={{
            href: "#migrate",
            title: "Transload",
            onFollow: (event) => {
              event.preventDefault();
              props.onPage("migrate");
            },
          }}
          utilities={[
            {
              type: "menu-dropdown",
              iconName: "user-profile",
              text: accountText(connection, identity, alias),
              ariaLabel: `AWS account: ${accountText(connection, identity, alias)}`,
              ...accountMenu(connection, identity, alias, now),
              onItemClick: ({ detail }) => {
                if (isPage(detail.id)) {
                  props.onPage(detail.id);
                }
              },
            },
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
            {
              type: "button",
              text: dark ? "Light mode" : "Dark mode",
              onClick: () => props.onDark(!dark),
            },
          ]}
          i18nStrings={{ overflowMenuTriggerText: "More", overflowMenuTitleText: "All" }}
        />
      </div>
      <AppLayout
        headerSelector="#top"
        toolsHide
        ariaLabels={labels}
        navigationOpen={open}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        navigationWidth={200}
        navigation={
          <SideNavigation
            activeHref={`#${page}`}
            items={items}
            onFollow={(event) => {
              event.preventDefault();
              const target = event.detail.href.slice(1);
              if (isPage(target)) {
                props.onPage(target);
              }
            }}
            data-testid="navigation"
          />
        }
        notifications={
          <>
            {/* Notifications come first, so that they don't move when the banner appears. */}
            <Flashbar items={notices} />
            {practice && (
              <div data-testid="practice-banner">
                <Alert type="info">
                  Practice mode: the registry and the Docker Hub account run inside Transload. No
                  requests are sent to AWS.
                </Alert>
              </div>
            )}
          </>
        }
        content={props.children}
      />
    </>
  );
}
