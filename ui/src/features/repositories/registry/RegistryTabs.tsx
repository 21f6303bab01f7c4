import { type ReactNode, useState } from "react";
import type { AwsConnection } from "../../../ipc/generated";
import { FollowingTabs } from "../../../shared/FollowingTabs";
import type { OpenedImage } from "../../../shared/openedImage";
import { paddedTab } from "../../../shared/paddedTab";
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
  onOpenRepository: (name: string) => void;
  onOpenImage: (image: OpenedImage) => void;
}

/** The tabs about all repositories. A tab stays as it is while another one is shown. */
export function RegistryTabs(props: RegistryTabsProps) {
  const { connection, list, news = 0, onOpenRepository, onOpenImage } = props;
  const [used, setUsed] = useState(false);
  const contents = useRegistryContents(connection, used, news);
  return (
    // The tabs know by themselves which one is shown: a click renders none of them again.
    <FollowingTabs
      onChange={() => setUsed(true)}
      ariaLabel="All repositories"
      disableContentPaddings
      tabs={[
        paddedTab("registry-list", "List", list),
        paddedTab(
          "registry-storage",
          "Storage",
          <StorageTab connection={connection} contents={contents} onOpenImage={onOpenImage} />,
        ),
        paddedTab(
          "registry-activity",
          "Activity",
          <ActivityTab contents={contents} onOpenRepository={onOpenRepository} />,
        ),
        paddedTab(
          "registry-find",
          "Find",
          <FindTab
            connection={connection}
            contents={contents}
            news={news}
            onOpenRepository={onOpenRepository}
            onOpenImage={onOpenImage}
          />,
        ),
        paddedTab(
          "registry-settings",
          "Registry settings",
          <RegistrySettingsTab connection={connection} />,
        ),
      ]}
      data-testid="registry-tabs"
    />
  );
}
