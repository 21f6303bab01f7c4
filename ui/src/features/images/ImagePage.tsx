import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, ImageInspection, ImageLocation } from "../../ipc/generated";
import { AddTagModal } from "../../shared/AddTagModal";
import { CopyableText } from "../../shared/CopyableText";
import { connectionKey } from "../../shared/connection";
import { FollowingTabs } from "../../shared/FollowingTabs";
import { formatCounted, shortDigest } from "../../shared/format";
import { InfoLink } from "../../shared/help";
import type { OpenedImage } from "../../shared/openedImage";
import { PullGuidesSection } from "../../shared/pullGuides";
import { reloadRequests, useRequest } from "../../shared/useRequest";
import { CompareImages } from "./CompareImages";
import { ImageConfiguration } from "./ImageConfiguration";
import { ImageDocuments } from "./ImageDocuments";
import { ImageLayers } from "./ImageLayers";
import { ImageOverview } from "./ImageOverview";
import { ReplicationTab } from "./ReplicationTab";
import { SupplyChainTab } from "./SupplyChainTab";
import { VulnerabilitiesTab } from "./VulnerabilitiesTab";

interface ImagePageProps {
  connection: AwsConnection;
  image: OpenedImage;
  onClose: () => void;
}

/** The page of an image: what it is, its layers, its configuration, and its documents. */
export function ImagePage({ connection, image, onClose }: ImagePageProps) {
  const backend = useBackend();
  const [platform, setPlatform] = useState<string | null>(null);
  const [reveal, setReveal] = useState(false);
  const [comparing, setComparing] = useState(image.compareWith !== undefined);
  const [tagging, setTagging] = useState(false);
  const location = {
    source: { kind: "ecr" as const, connection },
    repository: image.repository,
    reference: image.digest,
  };
  const key = [connectionKey(connection), image.repository, image.digest, platform, reveal];
  const request = useRequest(JSON.stringify(key), () =>
    backend.imageInspect(location, { platform, reveal }),
  );
  // While another platform is loading, the previous one stays.
  const [last, setLast] = useState<ImageInspection | null>(null);
  if (request.answer !== null && request.answer !== last) {
    setLast(request.answer);
  }
  const shown = request.error === null ? (request.answer ?? last) : request.answer;
  const name = `${image.repository}:${image.tags[0] ?? shortDigest(image.digest)}`;

  if (comparing) {
    return (
      <CompareImages
        connection={connection}
        image={image}
        location={location}
        name={name}
        onClose={() => setComparing(false)}
      />
    );
  }
  return (
    <SpaceBetween size="xs">
      <Header
        variant="h1"
        info={<InfoLink topic="image" />}
        description={<ImageLine image={image} />}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={onClose} data-testid="image-close">
              Back to repository
            </Button>
            <Button onClick={() => setTagging(true)} data-testid="image-tag">
              Add a tag
            </Button>
            <Button
              disabled={shown === null}
              disabledReason={
                request.loading ? "Loading the image." : "The image couldn’t be read."
              }
              onClick={() => setComparing(true)}
              data-testid="image-compare"
            >
              Compare
            </Button>
          </SpaceBetween>
        }
      >
        {name}
      </Header>
      {request.error !== null && (
        <ErrorAlert error={request.error} actions={{ retry: request.reload }} />
      )}
      {shown === null && request.loading && (
        <Box>
          <Spinner /> Loading {name}
        </Box>
      )}
      {shown !== null && (
        <>
          <ImageTools
            inspection={shown}
            reveal={reveal}
            loading={request.loading}
            onPlatform={setPlatform}
            onReveal={setReveal}
          />
          <ImageTabs connection={connection} image={image} inspection={shown} location={location} />
        </>
      )}
      {tagging && (
        <AddTagModal
          backend={backend}
          connection={connection}
          repository={image.repository}
          image={image}
          // The list of the repository has the tags of this page.
          onChanged={reloadRequests}
          onClose={() => setTagging(false)}
        />
      )}
    </SpaceBetween>
  );
}

function ImageLine({ image }: { image: OpenedImage }) {
  const byTag = image.tags[0] === undefined ? null : `${image.uri}:${image.tags[0]}`;
  return (
    <span data-testid="image-line">
      {byTag !== null && (
        <>
          <CopyableText text={byTag} what="URI by tag" />
          {" · "}
        </>
      )}
      <CopyableText
        text={`${image.uri}@${image.digest}`}
        display={shortDigest(image.digest)}
        what="URI by digest"
      />
    </span>
  );
}

interface ImageToolsProps {
  inspection: ImageInspection;
  reveal: boolean;
  loading: boolean;
  onPlatform: (platform: string) => void;
  onReveal: (reveal: boolean) => void;
}

/** The choice of the platform, and whether hidden values are shown. */
function ImageTools({ inspection, reveal, loading, onPlatform, onReveal }: ImageToolsProps) {
  const { platforms, hidden_values } = inspection;
  const options = platforms.flatMap(({ platform }) =>
    platform === null ? [] : [{ value: platform, label: platform }],
  );
  const selected = platforms.find((one) => one.selected)?.platform;
  return (
    <SpaceBetween direction="horizontal" size="m" alignItems="center">
      {options.length > 1 && (
        <Select
          selectedOption={options.find(({ value }) => value === selected) ?? null}
          options={options}
          inlineLabelText="Platform"
          statusType={loading ? "loading" : "finished"}
          onChange={({ detail }) => onPlatform(detail.selectedOption.value ?? "")}
          data-testid="image-platform"
        />
      )}
      {(hidden_values > 0 || reveal) && (
        <Toggle
          checked={reveal}
          onChange={({ detail }) => onReveal(detail.checked)}
          data-testid="image-reveal"
        >
          {reveal
            ? "Show values that look like secrets"
            : `Show ${formatCounted(hidden_values, "hidden value", "hidden values")}`}
        </Toggle>
      )}
    </SpaceBetween>
  );
}

interface ImageTabsProps {
  connection: AwsConnection;
  image: OpenedImage;
  inspection: ImageInspection;
  location: ImageLocation;
}

/** The tabs of an image. Lists of files and documents that were opened stay while another tab is shown. */
function ImageTabs(props: ImageTabsProps) {
  const { connection, image, inspection, location } = props;
  const backend = useBackend();
  const selected = inspection.image;
  return (
    // The tabs know by themselves which one is shown: a click renders none of them again.
    <FollowingTabs
      ariaLabel="Details of the image"
      tabs={[
        {
          id: "overview",
          label: "Overview",
          content: <ImageOverview image={image} inspection={inspection} />,
        },
        ...(selected === null
          ? []
          : [
              {
                id: "layers",
                label: "Layers",
                contentRenderStrategy: "lazy" as const,
                content: <ImageLayers key={selected.digest} image={selected} location={location} />,
              },
              {
                id: "configuration",
                label: "Configuration",
                content: <ImageConfiguration image={selected} />,
              },
            ]),
        {
          id: "supply-chain",
          label: "Supply chain",
          contentRenderStrategy: "lazy",
          content: <SupplyChainTab location={location} />,
        },
        {
          id: "vulnerabilities",
          label: "Vulnerabilities",
          content: (
            <VulnerabilitiesTab
              key={selected?.digest}
              connection={connection}
              repository={image.repository}
              digest={selected?.digest ?? image.digest}
            />
          ),
        },
        {
          id: "replication",
          label: "Replication",
          content: (
            <ReplicationTab
              connection={connection}
              repository={image.repository}
              digest={image.digest}
            />
          ),
        },
        {
          id: "pull",
          label: "Pull",
          content: (
            <PullGuidesSection
              backend={backend}
              connection={connection}
              repository={image.repository}
              tag={image.tags[0] ?? null}
              digest={image.digest}
            />
          ),
        },
        {
          id: "raw",
          label: "Raw",
          content: <ImageDocuments inspection={inspection} />,
        },
      ]}
      data-testid="image-tabs"
    />
  );
}
