import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import type { ConfigValue } from "../../ipc/generated";
import { CopyButton } from "../../shared/CopyableText";
import { formatCount } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";

interface ValuesTableProps {
  title: string;
  values: readonly ConfigValue[];
}

/** Names and values from an image, as text. Hidden values can't be copied. */
export function ValuesTable({ title, values }: ValuesTableProps) {
  // A name can occur several times.
  const rows = values.map((value, index) => ({ ...value, id: `${index}` }));
  return (
    <PagedTable
      name="image-values"
      variant="container"
      header={
        <Header variant="h2" counter={`(${formatCount(values.length)})`}>
          {title}
        </Header>
      }
      items={rows}
      trackBy="id"
      finds={`${title.toLowerCase()} by name or value`}
      words={({ name, value }) => [name, value]}
      wrapLines
      ariaLabels={{ tableLabel: title }}
      empty={<Box textAlign="center">{`No ${title.toLowerCase()}`}</Box>}
      columnDefinitions={[
        {
          id: "name",
          header: "Name",
          isRowHeader: true,
          sortingField: "name",
          width: 240,
          grow: 1,
          cell: ({ name }) => <span style={{ overflowWrap: "anywhere" }}>{name}</span>,
        },
        {
          id: "value",
          header: "Value",
          width: 360,
          grow: 3,
          cell: ({ name, value }) =>
            value === null ? (
              <span title="Looks like a secret">Hidden</span>
            ) : (
              <span style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
                {value !== "" && <CopyButton text={value} what={`the value of ${name}`} />}
                {value}
              </span>
            ),
        },
      ]}
    />
  );
}
