import Alert from "@cloudscape-design/components/alert";
import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import type { NameAnswer, NameSituation, NameWarning } from "../../ipc/generated";
import { BulletList, TextList } from "../../shared/BulletList";
import { EmptyText } from "../../shared/EmptyText";
import type { FriendlyNameProps } from "./friendlyNameProps";
import { missingForAnswers } from "./friendlyNameState";
import { NameTargetFields } from "./NameTargetFields";
import { useNameAnswers } from "./useNameAnswers";

function Answer({
  answer,
  recommended,
  onFiles,
}: {
  answer: NameAnswer;
  recommended: boolean;
  onFiles: () => void;
}) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={answer.summary}
          actions={<Button onClick={onFiles}>Generate files</Button>}
        >
          {answer.letter}. {answer.title} {recommended && <Badge color="green">Recommended</Badge>}
        </Header>
      }
      data-testid={`answer-${answer.id}`}
    >
      <SpaceBetween size="s">
        <KeyValuePairs items={[{ label: "Who could then pull", value: answer.who_can_pull }]} />
        <ColumnLayout columns={2} variant="text-grid">
          <div>
            <Box variant="awsui-key-label">Steps</Box>
            <TextList texts={answer.steps} />
          </div>
          <div>
            <Box variant="awsui-key-label">What it does not do</Box>
            <TextList texts={answer.does_not} />
          </div>
        </ColumnLayout>
      </SpaceBetween>
    </Container>
  );
}

function Warnings({ warnings }: { warnings: readonly NameWarning[] }) {
  return (
    <Alert type="warning" header="Avoid these">
      <BulletList testId="name-warnings">
        {warnings.map(({ what, why }) => (
          <li key={what}>
            <b>{what}</b>: {why}
          </li>
        ))}
      </BulletList>
    </Alert>
  );
}

/** Offers the answer for the situation, with what it does not do. */
export function AnswersTab(props: FriendlyNameProps) {
  const { state, onChange, connection } = props;
  const missing = missingForAnswers(state, connection);
  const request = useNameAnswers(state, connection);
  const [situation, setSituation] = useState<NameSituation>("docker_and_people");
  const answers = missing === null ? request.answer : null;
  const advice = answers?.situations.find((one) => one.situation === situation);
  const sorted = [...(answers?.answers ?? [])].sort(
    (one, other) => Number(other.id === advice?.answer) - Number(one.id === advice?.answer),
  );
  return (
    <SpaceBetween size="m">
      <Container>
        <NameTargetFields {...props} />
      </Container>
      {missing !== null && <EmptyText>{missing}</EmptyText>}
      {request.error !== null && missing === null && (
        <ErrorAlert error={request.error} actions={{ retry: request.reload }} />
      )}
      {answers !== null && (
        <>
          <Container header={<Header variant="h2">Who uses the name?</Header>}>
            <RadioGroup
              ariaLabel="Who uses the name"
              value={situation}
              onChange={({ detail }) => setSituation(detail.value as NameSituation)}
              items={answers.situations.map((one) => ({
                value: one.situation,
                label: one.title,
                description: one.reason,
              }))}
              data-testid="name-situations"
            />
          </Container>
          {sorted.map((answer) => (
            <Answer
              key={answer.id}
              answer={answer}
              recommended={answer.id === advice?.answer}
              onFiles={() => onChange({ tab: "files" })}
            />
          ))}
          <Warnings warnings={answers.warnings} />
        </>
      )}
    </SpaceBetween>
  );
}
