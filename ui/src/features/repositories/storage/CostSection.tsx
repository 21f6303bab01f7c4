import Alert from "@cloudscape-design/components/alert";
import BarChart from "@cloudscape-design/components/bar-chart";
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ImageSize } from "../../../ipc/generated";
import { formatBytes, formatCounted } from "../../../shared/format";
import { MiddleEllipsis } from "../../../shared/MiddleEllipsis";
import { PagedTable } from "../../../shared/PagedTable";
import { TextField } from "../../../shared/TextField";
import { useStoredState } from "../../../shared/useStoredState";
import { archiveAdvice, formatCost, listPrices, storageCost } from "./cost";

/** The storage of a repository. */
interface StoredSizes {
  readonly name: string;
  readonly standard: ImageSize;
  readonly archived: ImageSize;
}

/** Repositories of the chart. The others are one bar. */
const chartedRepositories = 10;

interface Prices {
  readonly standard: string;
  readonly archive: string;
}

const initialPrices: Prices = {
  standard: String(listPrices.standard),
  archive: String(listPrices.archive),
};

/** A price as entered, or `null`. */
function price(text: string): number | null {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() !== "" && Number.isFinite(value) && value >= 0 ? value : null;
}

/** What the storage costs a month, by repository, with prices that the user can change. */
export function CostSection({ sizes }: { sizes: readonly StoredSizes[] }) {
  const [entered, setEntered] = useStoredState("storage.prices", initialPrices);
  const standard = price(entered.standard);
  const archive = price(entered.archive);
  const prices = {
    standard: standard ?? listPrices.standard,
    archive: archive ?? listPrices.archive,
  };
  const rows = sizes
    .map(({ name, ...of }) => {
      const cost = storageCost(of.standard.bytes, of.archived.bytes, prices);
      const isExact = of.standard.is_exact && of.archived.is_exact;
      return { name, ...of, cost, isExact, total: cost.standard + cost.archive };
    })
    .sort((one, other) => other.total - one.total);
  const sum = (of: (row: (typeof rows)[number]) => number) =>
    rows.reduce((total, row) => total + of(row), 0);
  const bound = rows.every(({ isExact }) => isExact) ? "" : "≤ ";
  const archived = sum((row) => row.archived.bytes);
  const rest = rows.slice(chartedRepositories);
  const bars = [
    ...rows.slice(0, chartedRepositories),
    ...(rest.length === 0
      ? []
      : [
          {
            name: formatCounted(rest.length, "other", "others"),
            cost: {
              standard: rest.reduce((total, { cost }) => total + cost.standard, 0),
              archive: rest.reduce((total, { cost }) => total + cost.archive, 0),
            },
          },
        ]),
  ];
  const field = (label: string, key: keyof Prices, valid: boolean) => (
    <TextField
      label={label}
      errorText={valid ? undefined : "Enter a price, such as 0.10."}
      value={entered[key]}
      inputMode="decimal"
      onChange={(value) => setEntered({ ...entered, [key]: value })}
      testId={`price-${key}`}
    />
  );
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="In US dollars a month, without data transfer. The prices are those of us-east-1; enter the ones of your Region."
        >
          Cost per month
        </Header>
      }
    >
      <SpaceBetween size="m">
        <ColumnLayout columns={4} variant="text-grid" minColumnWidth={150}>
          <div>
            <Box variant="awsui-key-label">Standard</Box>
            <Box data-testid="cost-standard">
              {`${bound}${formatCost(sum((row) => row.cost.standard))} for ${formatBytes(sum((row) => row.standard.bytes))}`}
            </Box>
          </div>
          <div>
            <Box variant="awsui-key-label">Archive</Box>
            <Box data-testid="cost-archive">
              {`${bound}${formatCost(sum((row) => row.cost.archive))} for ${formatBytes(archived)}`}
            </Box>
          </div>
          {field("Standard, $ per GB", "standard", standard !== null)}
          {field("Archive, $ per GB", "archive", archive !== null)}
        </ColumnLayout>
        {archived > 0 && (
          <Alert type="info" data-testid="archive-advice">
            {archiveAdvice(archived, prices)}
          </Alert>
        )}
        {bars.length > 1 && (
          <BarChart
            height={Math.max(120, 28 * bars.length)}
            horizontalBars
            stackedBars
            xScaleType="categorical"
            xDomain={bars.map(({ name }) => name)}
            hideFilter
            ariaLabel="Cost per month by repository"
            i18nStrings={{ yTickFormatter: formatCost }}
            series={[
              {
                type: "bar",
                title: "Standard",
                data: bars.map(({ name, cost }) => ({ x: name, y: cost.standard })),
                valueFormatter: formatCost,
              },
              {
                type: "bar",
                title: "Archive",
                data: bars.map(({ name, cost }) => ({ x: name, y: cost.archive })),
                valueFormatter: formatCost,
              },
            ]}
          />
        )}
        <PagedTable
          name="costs"
          variant="embedded"
          items={rows}
          trackBy="name"
          words={({ name }) => [name]}
          finds="repositories by name"
          ariaLabels={{ tableLabel: "Cost per month by repository, as a table" }}
          columnDefinitions={[
            {
              id: "name",
              header: "Repository",
              isRowHeader: true,
              sortingField: "name",
              maxWidth: 300,
              cell: ({ name }) => <MiddleEllipsis text={name} />,
            },
            {
              id: "standard",
              header: "Standard",
              sortingComparator: (one, other) => one.standard.bytes - other.standard.bytes,
              cell: (row) => sizeCell(row.standard),
            },
            {
              id: "archive",
              header: "Archive",
              sortingComparator: (one, other) => one.archived.bytes - other.archived.bytes,
              cell: (row) => sizeCell(row.archived),
            },
            {
              id: "cost",
              header: "Cost per month",
              sortingField: "total",
              cell: ({ total, isExact }) => `${isExact ? "" : "≤ "}${formatCost(total)}`,
            },
          ]}
          data-testid="cost-table"
        />
      </SpaceBetween>
    </Container>
  );
}

function sizeCell({ bytes, is_exact }: ImageSize): string {
  return is_exact ? formatBytes(bytes) : `≤ ${formatBytes(bytes)}`;
}
