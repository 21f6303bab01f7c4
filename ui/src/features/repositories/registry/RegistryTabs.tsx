import Box from "@cloudscape-design/components/box";
import Tabs from "@cloudscape-design/components/tabs";
import { type ReactNode, useState } from "react";
import type { ErrorActions } from "../../../errors";
import type { AwsConnection } from "../../../ipc/generated";
import type { OpenedImage } from "../../../shared/openedImage";
import { RegistrySettingsTab } from "../registrySettings/RegistrySettingsTab";
import { ActivityTab } from "../storage/ActivityTab";
import { StorageTab } from "../storage/StorageTab";
import { FindTab } from "./FindTab";
import { useRegistryContents } from "./useRegistryContents";

interface RegistryTabsProps {
  connection: AwsConnection;
  /** The table of repositories. */
  list: ReactNode;
  /** A new number after a repository or an image was shown, where something can have changed. */
  news?: number;
  errorActions: ErrorActions;
  onOpenRepository: (name: string) => void;
  onOpenImage: (image: OpenedImage) => void;
}

/** The tabs about all repositories. A tab stays as it is while another one is shown. */
export function RegistryTabs(props: RegistryTabsProps) {
  const { connection, list, news = 0, errorActions, onOpenRepository, onOpenImage } = props;
  const [used, setUsed] = useState(false);
  const contents = useRegistryContents(connection, used, news);
  const padded = (content: ReactNode) => <Box padding={{ top: "s" }}>{content}</Box>;
  return (
    // The tabs know by themselves which one is shown: a click renders none of them again.
    <Tabs
      onChange={() => setUsed(true)}
      ariaLabel="All repositories"
      disableContentPaddings
      tabs={[
        {
          id: "registry-list",
          label: "List",
          contentRenderStrategy: "lazy",
          content: padded(list),
        },
        {
          id: "registry-storage",
          label: "Storage",
          contentRenderStrategy: "lazy",
          content: padded(
            <StorageTab
              connection={connection}
              contents={contents}
              errorActions={errorActions}
              onOpenImage={onOpenImage}
            />,
          ),
        },
        {
          id: "registry-activity",
          label: "Activity",
          contentRenderStrategy: "lazy",
          content: padded(
            <ActivityTab
              contents={contents}
              errorActions={errorActions}
              onOpenRepository={onOpenRepository}
            />,
          ),
        },
        {
          id: "registry-find",
          label: "Find",
          contentRenderStrategy: "lazy",
          content: padded(
            <FindTab
              connection={connection}
              contents={contents}
              news={news}
              errorActions={errorActions}
              onOpenRepository={onOpenRepository}
              onOpenImage={onOpenImage}
            />,
          ),
        },
        {
          id: "registry-settings",
          label: "Registry settings",
          contentRenderStrategy: "lazy",
          content: padded(
            <RegistrySettingsTab connection={connection} errorActions={errorActions} />,
          ),
        },
      ]}
      data-testid="registry-tabs"
    />
  );
}
