import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type {
  AwsConnection,
  ImageVulnerabilities,
  Severity,
  SeverityCount,
  Vulnerability,
  VulnerablePackage,
} from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { formatCount, formatCounted } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";
import { RelativeTime } from "../../shared/RelativeTime";
import { RequestStatus } from "../../shared/RequestStatus";
import { StatusText } from "../../shared/StatusText";
import { orderBy } from "../../shared/shownOrder";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";
import { SeverityText, scanStateText, severityLabel } from "../../shared/vulnerabilities";

interface VulnerabilitiesTabProps {
  connection: AwsConnection;
  repository: string;
  digest: string;
}

/** What ECR's last scan of the image found. Read only when the tab is opened. */
export function VulnerabilitiesTab(props: VulnerabilitiesTabProps) {
  const { connection, repository, digest } = props;
  const backend = useBackend();
  const key = JSON.stringify([connectionKey(connection), repository, digest]);
  const request = useRequest(key, () =>
    backend.imageVulnerabilities(connection, repository, digest),
  );
  const scan = useAsyncAction();
  const found = request.answer;
  if (request.error !== null || found === null) {
    return <RequestStatus request={request} loading="Reading vulnerabilities" />;
  }
  const scanNow = () =>
    void scan.run(async () => {
      await backend.imageScanStart(connection, repository, digest);
      request.reload();
    });
  return (
    <SpaceBetween size="m">
      {scan.error !== null && <ErrorAlert error={scan.error} />}
      <ScanSummary
        found={found}
        scanning={scan.busy}
        loading={request.loading}
        onScan={scanNow}
        onReload={request.reload}
      />
      {found.packages.length > 0 && <PackagesTable found={found} />}
    </SpaceBetween>
  );
}

interface ScanSummaryProps {
  found: ImageVulnerabilities;
  scanning: boolean;
  loading: boolean;
  onScan: () => void;
  onReload: () => void;
}

function ScanSummary({ found, scanning, loading, onScan, onReload }: ScanSummaryProps) {
  const { state, counts } = found;
  const text = scanStateText(state);
  const canScan = !found.is_enhanced && state !== "archived" && state !== "unsupported";
  const isScanned = state === "complete" || state === "active";
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={text.explanation}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="refresh"
                ariaLabel="Refresh vulnerabilities"
                loading={loading}
                onClick={onReload}
              />
              <Button
                disabled={!canScan || state === "in_progress"}
                disabledReason={
                  found.is_enhanced
                    ? "Amazon Inspector scans this image by itself."
                    : text.explanation
                }
                loading={scanning}
                onClick={onScan}
                data-testid="scan-now"
              >
                Scan now
              </Button>
            </SpaceBetween>
          }
        >
          Scan
        </Header>
      }
      data-testid="scan-summary"
    >
      <SpaceBetween size="s">
        {found.description !== null && !isScanned && state !== "in_progress" && (
          <Alert type="info">{found.description}</Alert>
        )}
        <KeyValuePairs
          columns={4}
          items={[
            {
              label: "Status",
              value: <StatusText type={text.type}>{text.label}</StatusText>,
            },
            {
              label: "Scanning",
              value: !isScanned ? "–" : found.is_enhanced ? "Enhanced (Amazon Inspector)" : "Basic",
            },
            { label: "Scanned", value: <RelativeTime timeMs={found.completed_at_ms} /> },
            {
              label: "Runs in",
              value:
                found.in_use_count === null ? (
                  "Not reported"
                ) : (
                  <span data-testid="in-use">
                    {formatCounted(found.in_use_count, "place", "places")}
                  </span>
                ),
            },
            ...(isScanned
              ? countsWithNone(counts).map(({ severity, count }) => ({
                  label: severityLabel(severity),
                  value: formatCount(count),
                }))
              : []),
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

/** The counts to show: the usual severities always, and the others with vulnerabilities. */
function countsWithNone(counts: readonly SeverityCount[]): readonly SeverityCount[] {
  const usual = ["critical", "high", "medium", "low"] as const;
  const count = (severity: Severity) =>
    counts.find((counted) => counted.severity === severity)?.count ?? 0;
  return [
    ...usual.map((severity) => ({ severity, count: count(severity) })),
    ...counts.filter(({ severity }) => !usual.some((one) => one === severity)),
  ];
}

function PackagesTable({ found }: { found: ImageVulnerabilities }) {
  const rows = found.packages.map((one, index) => ({ ...one, id: `${index}` }));
  const total = found.packages.reduce((sum, one) => sum + one.vulnerabilities.length, 0);
  return (
    <PagedTable<VulnerablePackage & { id: string }>
      name="vulnerable-packages"
      variant="container"
      header={
        <Header
          variant="h2"
          counter={`(${formatCount(rows.length)})`}
          description={`${formatCounted(total, "vulnerability", "vulnerabilities")} by package, the most severe first.`}
        >
          Vulnerable packages
        </Header>
      }
      items={rows}
      trackBy="id"
      finds="packages by name or vulnerability"
      words={({ name, version, vulnerabilities }) => [
        name,
        version,
        ...vulnerabilities.map(({ id }) => id),
      ]}
      wrapLines
      ariaLabels={{ tableLabel: "Vulnerable packages" }}
      columnDefinitions={[
        {
          id: "package",
          header: "Package",
          isRowHeader: true,
          width: 220,
          cell: ({ name, path }) => (
            <span style={{ overflowWrap: "anywhere" }} title={path ?? undefined}>
              {name ?? "Without a package"}
            </span>
          ),
        },
        {
          id: "version",
          header: "Version",
          width: 140,
          cell: ({ version }) => <span style={{ overflowWrap: "anywhere" }}>{version ?? "–"}</span>,
        },
        {
          id: "fixed",
          header: "Fixed in",
          width: 150,
          cell: ({ fixed_in }) => (
            <span style={{ overflowWrap: "anywhere" }}>
              {fixed_in.length > 0
                ? fixed_in.join(", ")
                : found.is_enhanced
                  ? "No fix"
                  : "Not known"}
            </span>
          ),
        },
        {
          id: "severity",
          header: "Severity",
          width: 130,
          cell: ({ severity }) => <SeverityText severity={severity} />,
        },
        {
          id: "vulnerabilities",
          sortingComparator: orderBy(({ vulnerabilities }) => vulnerabilities.length),
          header: "Vulnerabilities",
          cell: (row) => <VulnerabilitiesCell row={row} />,
        },
      ]}
      data-testid="vulnerable-packages"
    />
  );
}

function VulnerabilitiesCell({ row }: { row: VulnerablePackage }) {
  return (
    <ExpandableSection
      headerText={formatCounted(row.vulnerabilities.length, "vulnerability", "vulnerabilities")}
      headerAriaLabel={`Vulnerabilities of ${row.name ?? "the image"}`}
    >
      <SpaceBetween size="s">
        {row.vulnerabilities.map((one) => (
          <VulnerabilityText key={one.id} vulnerability={one} />
        ))}
      </SpaceBetween>
    </ExpandableSection>
  );
}

function VulnerabilityText({ vulnerability }: { vulnerability: Vulnerability }) {
  const { id, severity, score, exploit_available, fix, description, url } = vulnerability;
  const facts = [
    score === null ? null : `CVSS ${score}`,
    exploit_available ? "Exploit available" : null,
    fix === "no" ? "No fix" : fix === "partial" ? "Fixed for some packages" : null,
  ].filter((text) => text !== null);
  return (
    <div style={{ overflowWrap: "anywhere" }}>
      <span title={url ?? undefined}>
        <Box variant="strong">{id}</Box>
      </span>{" "}
      <SeverityText severity={severity} />
      {facts.length > 0 && ` ${facts.join(" · ")}`}
      {description !== null && (
        <Box color="text-body-secondary" fontSize="body-s">
          {description}
        </Box>
      )}
    </div>
  );
}
