import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { formatAtMost } from "../../../shared/format";
import { InfoLink } from "../../../shared/help";
import { OneLine } from "../../../shared/MiddleEllipsis";
import { rowsOfAPage } from "../../../shared/PagedTable";
import { paginationLabels } from "../../../shared/tableLabels";
import { useNow } from "../../../shared/useNow";
import { ContentsStatus } from "../registry/ContentsStatus";
import type { RegistryContentsState } from "../registry/useRegistryContents";
import { heatMonths, heatRows, heatShade, monthLabel, monthOf } from "./months";
import "./storage.css";

interface ActivityTabProps {
  contents: RegistryContentsState;
  onOpenRepository: (name: string) => void;
}

/** The last pulls of the images of each repository, by month. */
export function ActivityTab({ contents, onOpenRepository }: ActivityTabProps) {
  const now = useNow();
  const [page, setPage] = useState(1);
  const rows = [...heatRows(contents.contents?.repositories ?? [], now)].sort(
    (one, other) =>
      (other.pulledAtMs ?? 0) - (one.pulledAtMs ?? 0) || one.name.localeCompare(other.name),
  );
  const largest = Math.max(0, ...rows.flatMap(({ months, earlier }) => [...months, earlier]));
  const first = monthOf(now) - heatMonths + 1;
  const months = Array.from({ length: heatMonths }, (_, at) => monthLabel(first + at));
  const pages = Math.max(1, Math.ceil(rows.length / rowsOfAPage));
  const shownPage = Math.min(page, pages);
  const shown = rows.slice((shownPage - 1) * rowsOfAPage, shownPage * rowsOfAPage);
  return (
    <SpaceBetween size="s">
      <Header variant="h1" info={<InfoLink topic="activity" />}>
        Activity
      </Header>
      <ContentsStatus state={contents} />
      {rows.length > 0 && (
        <Container
          header={
            <Header
              variant="h2"
              description="The number of images whose last pull was in the month. ECR records only the last pull of an image. Reads by Transload don’t count."
              actions={
                pages > 1 && (
                  <Pagination
                    currentPageIndex={shownPage}
                    pagesCount={pages}
                    ariaLabels={paginationLabels}
                    onChange={({ detail }) => setPage(detail.currentPageIndex)}
                  />
                )
              }
            >
              Last pulls
            </Header>
          }
        >
          <div className="heat-scroll">
            <table className="heat" aria-label="Last pulls by month" data-testid="heat">
              <thead>
                <tr>
                  <th scope="col">
                    <span className="heat-corner">Repository</span>
                  </th>
                  <th scope="col">Never</th>
                  <th scope="col">Earlier</th>
                  {months.map((month) => (
                    <th key={month} scope="col">
                      {month}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map((row) => (
                  <tr key={row.name}>
                    <th scope="row">
                      <Button
                        variant="inline-link"
                        ariaLabel={`Open repository ${row.name}`}
                        onClick={() => onOpenRepository(row.name)}
                      >
                        <OneLine text={row.name} />
                      </Button>
                    </th>
                    <td>{formatAtMost(row.never, row.isExact)}</td>
                    {[row.earlier, ...row.months].map((count, column) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: a column is its month
                      <td key={column} className={`heat-${heatShade(count, largest)}`}>
                        {formatAtMost(count, row.isExact)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Box variant="small" color="text-body-secondary">
            A stronger color means more images.
            {shown.some(({ isExact }) => !isExact) &&
              " Numbers with ≤ are upper bounds: platforms of indexes that weren’t read are counted."}
          </Box>
        </Container>
      )}
    </SpaceBetween>
  );
}
