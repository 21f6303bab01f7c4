/** The help panel of the window. The frame shows it; Info links of the pages open it. */
import Link from "@cloudscape-design/components/link";
import { createContext, useContext } from "react";

/** The screens that the help panel describes. */
export type HelpTopic =
  | "welcome"
  | "destination"
  | "images"
  | "names"
  | "review"
  | "progress"
  | "repositories"
  | "repository"
  | "pull_times"
  | "clean_up"
  | "lifecycle"
  | "access"
  | "image"
  | "comparison"
  | "storage"
  | "activity"
  | "find"
  | "registry_settings"
  | "history"
  | "report"
  | "profiles"
  | "friendly_name"
  | "settings"
  | "network"
  | "practice";

/** The topics of the steps of the wizard, by the ID of the step. */
export const stepTopics = {
  connection: "destination",
  images: "images",
  repositories: "names",
  review: "review",
} as const satisfies Record<string, HelpTopic>;

/** Opens the help panel at a topic. */
type OpenHelp = (topic: HelpTopic) => void;

const HelpContext = createContext<OpenHelp>(() => {});

export const HelpProvider = HelpContext.Provider;

/** A link with words to a topic of the help panel. */
export function HelpLink({ topic, children }: { topic: HelpTopic; children: string }) {
  const open = useContext(HelpContext);
  return (
    <Link onFollow={() => open(topic)} data-testid={`help-${topic}`}>
      {children}
    </Link>
  );
}

/** The Info link beside a heading. */
export function InfoLink({ topic }: { topic: HelpTopic }) {
  const open = useContext(HelpContext);
  return (
    <Link
      variant="info"
      ariaLabel={`Info about ${topic.replaceAll("_", " ")}`}
      onFollow={() => open(topic)}
      data-testid={`info-${topic}`}
    >
      Info
    </Link>
  );
}
