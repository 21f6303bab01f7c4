import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type {
  Attachment,
  AttestationDocument,
  ImageLocation,
  Material,
  Provenance,
  Sbom,
  SbomPackage,
  SignatureFacts,
} from "../../ipc/generated";
import { CopyableDigest } from "../../shared/CopyableText";
import { formatCount } from "../../shared/format";
import { MiddleEllipsis } from "../../shared/MiddleEllipsis";
import { FullTable } from "../../shared/PagedTable";
import { RelativeTime } from "../../shared/RelativeTime";
import { RequestStatus } from "../../shared/RequestStatus";
import { StatusText } from "../../shared/StatusText";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";
import "./images.css";
import { showHidden } from "./hiddenCharacters";
import { ValuesTable } from "./ValuesTable";

interface AttestationViewProps {
  location: ImageLocation;
  attachment: Attachment;
}

/** The proposed name of the file of a document, such as `sbom-0123456789ab.json`. */
function fileName({ kind, blob, media_type }: Attachment): string {
  const digits = blob.slice(blob.indexOf(":") + 1).slice(0, 12);
  return `${kind}-${digits}${media_type.endsWith("json") ? ".json" : ""}`;
}

/** One attestation, SBOM, or signature. One that can’t be shown can be saved to a file. */
export function AttestationView({ location, attachment }: AttestationViewProps) {
  const backend = useBackend();
  const { manifest, blob } = attachment;
  const request = useRequest(`${manifest} ${blob}`, () =>
    backend.imageAttestation(location, manifest, blob),
  );
  const saving = useAsyncAction();
  const save = () =>
    void saving.run(async () => {
      const path = await backend.savePathChoose(fileName(attachment));
      if (path !== null) {
        await backend.imageAttestationExport(location, manifest, blob, path);
      }
    });
  if (request.error !== null || request.answer === null) {
    return (
      <SpaceBetween size="s">
        <RequestStatus
          request={request}
          loading="Reading the document"
          actions={saving.busy ? {} : { save_document: save }}
        />
        {saving.busy && (
          <Box data-testid="document-saving">
            <Spinner /> Saving the document
          </Box>
        )}
        {saving.error !== null && (
          <ErrorAlert error={saving.error} actions={{ retry: save }} onDismiss={saving.dismiss} />
        )}
      </SpaceBetween>
    );
  }
  return <DocumentView document={request.answer} />;
}

function DocumentView({ document }: { document: AttestationDocument }) {
  const { sbom, provenance, signature, text, about_image } = document;
  return (
    <SpaceBetween size="m" data-testid="attestation">
      {about_image === false && (
        <Alert type="warning" header="About another image" data-testid="attestation-other">
          {`This document names ${document.subjects.slice(0, 3).join(", ")}, and not this image.`}
        </Alert>
      )}
      {signature !== null && <SignatureSection signature={signature} about={about_image} />}
      {provenance !== null && <ProvenanceSection provenance={provenance} />}
      {sbom !== null && <SbomSection sbom={sbom} />}
      {text !== null && (
        <Container header={<Header variant="h2">{document.predicate_type ?? "Document"}</Header>}>
          <section
            className="image-document"
            // A scrollable region must be reachable by keyboard.
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
            tabIndex={0}
            aria-label="Document"
          >
            <Box variant="code">{showHidden(text)}</Box>
          </section>
        </Container>
      )}
    </SpaceBetween>
  );
}

function SignatureSection({
  signature,
  about,
}: {
  signature: SignatureFacts;
  about: boolean | null;
}) {
  return (
    <Container
      header={
        <Header variant="h2" description="Transload doesn’t verify signatures.">
          Signature
        </Header>
      }
      data-testid="signature"
    >
      <KeyValuePairs
        columns={3}
        items={[
          {
            label: "Status",
            value: <StatusText type="info">Present, not verified</StatusText>,
          },
          { label: "Format", value: signature.format },
          { label: "Signed by", value: signature.signer ?? "The certificate doesn’t say" },
          { label: "Identity from", value: signature.issuer ?? "–" },
          { label: "Signed", value: <RelativeTime timeMs={signature.signed_at_ms} /> },
          {
            label: "About this image",
            value: about === null ? "The document doesn’t say" : about ? "Yes" : "No",
          },
        ]}
      />
    </Container>
  );
}

function ProvenanceSection({ provenance }: { provenance: Provenance }) {
  const shown = (text: string | null) =>
    text === null ? <span>–</span> : <MiddleEllipsis text={text} />;
  return (
    <SpaceBetween size="m">
      <Container header={<Header variant="h2">Provenance</Header>} data-testid="provenance">
        <KeyValuePairs
          columns={2}
          items={[
            { label: "Builder", value: shown(provenance.builder) },
            { label: "Build type", value: shown(provenance.build_type) },
            { label: "Source", value: shown(provenance.source) },
            { label: "Revision", value: shown(provenance.revision) },
            { label: "Entry point", value: shown(provenance.entry_point) },
            { label: "Started", value: <RelativeTime timeMs={provenance.started_at_ms} /> },
            { label: "Finished", value: <RelativeTime timeMs={provenance.finished_at_ms} /> },
            {
              label: "Reproducible",
              value:
                provenance.reproducible === null
                  ? "The builder doesn’t say"
                  : provenance.reproducible
                    ? "Yes, says the builder"
                    : "No",
            },
          ]}
        />
      </Container>
      {provenance.arguments.length > 0 && (
        <ValuesTable title="Build arguments" values={provenance.arguments} />
      )}
      <FullTable<Material>
        section
        name="materials"
        storageKey="image.materials.table"
        header={
          <Header variant="h2" counter={`(${formatCount(provenance.materials.length)})`}>
            Materials
          </Header>
        }
        items={provenance.materials}
        finds="materials by URI or digest"
        words={({ uri, digest }) => [uri, digest]}
        ariaLabels={{ tableLabel: "Materials" }}
        empty={<Box textAlign="center">No materials</Box>}
        columnDefinitions={[
          {
            id: "uri",
            header: "URI",
            isRowHeader: true,
            width: 400,
            grow: 1,
            cell: ({ uri }) => <MiddleEllipsis text={uri} />,
          },
          {
            id: "kind",
            header: "Type",
            width: 130,
            cell: ({ image }) => (image ? "Base image" : "Other content"),
          },
          {
            id: "digest",
            header: "Digest",
            width: 220,
            cell: ({ digest }) => <CopyableDigest digest={digest} />,
          },
        ]}
      />
    </SpaceBetween>
  );
}

function SbomSection({ sbom }: { sbom: Sbom }) {
  const more = sbom.package_count - sbom.packages.length;
  return (
    <FullTable<SbomPackage>
      section
      name="packages"
      storageKey="image.packages.table"
      header={
        <Header
          variant="h2"
          counter={`(${formatCount(sbom.packages.length)})`}
          description={`${sbom.format}, ${formatCount(sbom.file_count)} files${more > 0 ? `. ${formatCount(more)} more entries, or duplicates, aren’t shown.` : ""}`}
        >
          Packages
        </Header>
      }
      items={sbom.packages}
      finds="packages by name, version, type, or license"
      words={({ name, version, package_type, license, purl }) => [
        name,
        version,
        package_type,
        license,
        purl,
      ]}
      ariaLabels={{ tableLabel: "Packages" }}
      empty={<Box textAlign="center">No packages</Box>}
      columnDefinitions={[
        {
          id: "name",
          header: "Name",
          isRowHeader: true,
          sortingField: "name",
          width: 220,
          grow: 2,
          cell: ({ name, purl }) => <span title={purl ?? undefined}>{name}</span>,
        },
        {
          id: "version",
          header: "Version",
          sortingField: "version",
          width: 160,
          grow: 1,
          cell: ({ version }) => version ?? "–",
        },
        {
          id: "type",
          header: "Type",
          sortingField: "package_type",
          width: 120,
          cell: ({ package_type }) => package_type,
        },
        {
          id: "license",
          header: "License",
          sortingField: "license",
          width: 200,
          grow: 1,
          cell: ({ license }) => license ?? "–",
        },
      ]}
      data-testid="packages-table"
    />
  );
}
