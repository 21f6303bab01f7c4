/** What a diagnosis of a friendly name found: a summary for each client, and the checks. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type {
  AbilityVerdict,
  CheckResult,
  ClientVerdict,
  NameDiagnosis,
} from "../../ipc/generated";
import { formatCount } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";
import { StatusText } from "../../shared/StatusText";
import {
  alertTypes,
  type CheckRow,
  checkRows,
  checkStates,
  checkTitles,
} from "./friendlyNameState";

interface DiagnosisSummaryProps {
  diagnosis: NameDiagnosis;
  onAnswers: () => void;
  onFiles: () => void;
}

/** The verdict, what each client can do, and every check. */
export function DiagnosisSummary({ diagnosis, onAnswers, onFiles }: DiagnosisSummaryProps) {
  return (
    <SpaceBetween size="m">
      <div role="status" data-testid="diagnosis-headline">
        <Alert
          type={alertTypes[diagnosis.state]}
          header={diagnosis.headline}
          action={
            diagnosis.state === "failed" ? (
              <SpaceBetween direction="horizontal" size="xs">
                <Button onClick={onAnswers}>Choose an answer</Button>
                <Button onClick={onFiles}>Generate files</Button>
              </SpaceBetween>
            ) : undefined
          }
        >
          <SpaceBetween size="xxs">
            <div>{diagnosis.next}</div>
            <Box variant="small">
              {diagnosis.behind === null ? "" : `Behind the name: ${diagnosis.behind}. `}
              {diagnosis.token_sent
                ? "Your ECR token was sent to the name."
                : "Your ECR token was not sent."}
            </Box>
          </SpaceBetween>
        </Alert>
      </div>
      <ClientsTable clients={diagnosis.clients} />
      <ChecksTable results={diagnosis.checks} running={false} />
    </SpaceBetween>
  );
}

function Ability({ verdict }: { verdict: AbilityVerdict }) {
  const { ability, reason } = verdict;
  const shown = {
    works: { type: "success", text: "Works" },
    fails: { type: "error", text: "Fails" },
    not_checked: { type: "stopped", text: "Not checked" },
  } as const;
  return (
    <div>
      <StatusText type={shown[ability].type}>{shown[ability].text}</StatusText>
      {reason !== null && (
        <Box variant="small" color="text-body-secondary">
          {reason}
        </Box>
      )}
    </div>
  );
}

function ClientsTable({ clients }: { clients: readonly ClientVerdict[] }) {
  return (
    <PagedTable
      name="diagnosis-clients"
      header={<Header variant="h2">What each client can do</Header>}
      items={clients}
      trackBy="client"
      wrapLines
      variant="container"
      columnDefinitions={[
        {
          id: "client",
          header: "Client",
          cell: ({ title }) => title,
          isRowHeader: true,
          width: 250,
        },
        { id: "login", header: "Log in", cell: ({ login }) => <Ability verdict={login} /> },
        { id: "pull", header: "Pull", cell: ({ pull }) => <Ability verdict={pull} /> },
        { id: "push", header: "Push", cell: ({ push }) => <Ability verdict={push} /> },
      ]}
      ariaLabels={{ tableLabel: "What each client can do" }}
      data-testid="diagnosis-clients"
    />
  );
}

function State({ row, running }: { row: CheckRow; running: boolean }) {
  if (row.result === null) {
    return running ? (
      <StatusText type="pending">Waiting</StatusText>
    ) : (
      <StatusText type="stopped">Not checked</StatusText>
    );
  }
  const { type, text } = checkStates[row.result.state];
  return <StatusText type={type}>{text}</StatusText>;
}

interface ChecksTableProps {
  results: readonly CheckResult[];
  running: boolean;
}

/** The twelve checks in order. Rows keep their place while answers arrive. */
export function ChecksTable({ results, running }: ChecksTableProps) {
  return (
    <PagedTable
      name="diagnosis-checks"
      header={
        <Header variant="h2" counter={running ? `(${formatCount(results.length)}/12)` : undefined}>
          Checks
        </Header>
      }
      items={checkRows(results)}
      trackBy="check"
      wrapLines
      variant="container"
      columnDefinitions={[
        {
          id: "check",
          header: "Check",
          cell: ({ check }) => checkTitles[check],
          isRowHeader: true,
          width: 190,
        },
        {
          id: "state",
          header: "State",
          cell: (row) => <State row={row} running={running} />,
          width: 140,
        },
        {
          id: "finding",
          header: "Finding",
          cell: ({ check, result }) => (
            <div data-testid={`check-${check}`}>
              {result?.message ?? "–"}
              {result !== null && result.state !== "passed" && result.next !== null && (
                <Box variant="small" display="block">
                  {result.next}
                </Box>
              )}
              {result?.details.map((detail) => (
                <Box variant="small" display="block" color="text-body-secondary" key={detail}>
                  {detail}
                </Box>
              ))}
            </div>
          ),
        },
      ]}
      ariaLabels={{ tableLabel: "Checks" }}
      data-testid="diagnosis-checks"
    />
  );
}
