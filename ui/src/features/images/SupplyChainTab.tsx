import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useBackend } from "../../ipc";
import type {
  Attachment,
  AttachmentKind,
  AttachmentLink,
  ImageLocation,
} from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { CopyableDigest } from "../../shared/CopyableText";
import { formatCount } from "../../shared/format";
import { MiddleEllipsis } from "../../shared/MiddleEllipsis";
import { FullTable } from "../../shared/PagedTable";
import { RequestStatus } from "../../shared/RequestStatus";
import { useRequest } from "../../shared/useRequest";
import { AttestationView } from "./AttestationView";

const attachmentLabels: Record<AttachmentKind, string> = {
  sbom: "SBOM",
  provenance: "Provenance",
  signature: "Signature",
  attestation: "Attestation",
  other: "Other",
};

const linkLabels: Record<AttachmentLink, string> = {
  index: "In the index",
  referrer: "Referrer",
  tag: "Tag of cosign",
};

interface SupplyChainTabProps {
  location: ImageLocation;
}

/** What is attached to an image, and one document of it. Read only when the tab is opened. */
export function SupplyChainTab({ location }: SupplyChainTabProps) {
  const backend = useBackend();
  const [opened, setOpened] = useState<Attachment | null>(null);
  const request = useRequest(JSON.stringify(location), () => backend.imageSupplyChain(location));
  const chain = request.answer;
  if (request.error !== null || chain === null) {
    return <RequestStatus request={request} loading="Reading attestations and signatures" />;
  }
  return (
    <SpaceBetween size="m">
      {chain.problems.length > 0 && (
        <Alert
          type="warning"
          header="The list may be incomplete"
          action={<Button onClick={request.reload}>Retry</Button>}
          data-testid="supply-problems"
        >
          {chain.problems.map((problem) => (
            <div key={problem}>{problem}</div>
          ))}
        </Alert>
      )}
      <FullTable<Attachment>
        section
        name="attachments"
        storageKey="image.attachments.table"
        header={
          <Header
            variant="h2"
            counter={`(${formatCount(chain.attachments.length)})`}
            description="Signatures are present, not verified."
          >
            Attestations and signatures
          </Header>
        }
        items={chain.attachments}
        finds="documents by type or digest"
        words={({ kind, predicate_type, media_type, manifest }) => [
          attachmentLabels[kind],
          predicate_type,
          media_type,
          manifest,
        ]}
        ariaLabels={{ tableLabel: "Attestations and signatures" }}
        empty={
          <Box textAlign="center" padding="m" data-testid="supply-none">
            {chain.problems.length === 0
              ? "The image has no attestations, SBOMs, or signatures."
              : "No attestations, SBOMs, or signatures could be read."}
          </Box>
        }
        columnDefinitions={[
          {
            id: "kind",
            header: "Type",
            isRowHeader: true,
            width: 115,
            cell: ({ kind }) => attachmentLabels[kind],
          },
          {
            id: "predicate",
            header: "Document type",
            width: 260,
            minWidth: 190,
            grow: 1,
            cell: ({ predicate_type, media_type }) => (
              <MiddleEllipsis text={predicate_type ?? media_type} tail={24} />
            ),
          },
          {
            id: "platform",
            header: "Of",
            width: 130,
            cell: ({ platform }) => platform ?? "The image",
          },
          {
            id: "link",
            header: "Attached",
            width: 125,
            hideOrder: 2,
            cell: ({ link }) => linkLabels[link],
          },
          {
            id: "size",
            header: "Size",
            width: 85,
            cell: ({ size_bytes }) => <Bytes bytes={size_bytes} />,
          },
          {
            id: "digest",
            header: "Manifest",
            width: 220,
            steady: true,
            hideOrder: 1,
            cell: ({ manifest }) => <CopyableDigest digest={manifest} what="manifest digest" />,
          },
          {
            id: "open",
            unsorted: true,
            header: "Content",
            width: 95,
            cell: (attachment) => (
              <Button
                variant="inline-link"
                ariaLabel={`View ${attachmentLabels[attachment.kind]} of ${attachment.platform ?? "the image"}`}
                onClick={() => setOpened(attachment)}
                data-testid={`attachment-${attachment.kind}`}
              >
                View
              </Button>
            ),
          },
        ]}
        data-testid="attachments-table"
      />
      {opened !== null && (
        <AttestationView
          key={`${opened.manifest} ${opened.blob}`}
          location={location}
          attachment={opened}
        />
      )}
    </SpaceBetween>
  );
}
