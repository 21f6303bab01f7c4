import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Cards from "@cloudscape-design/components/cards";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { StatementWords } from "../../../ipc/generated";
import { StatusText } from "../../../shared/StatusText";
import { reachOf } from "./accessPolicy";

interface AccessStatementsProps {
  statements: readonly StatementWords[];
  label: string;
  /** Offers to remove a statement. */
  onRemove?: (place: number) => void;
}

const effectNames = { allow: "Allow", deny: "Deny" } as const;

/** The statements of a policy in words, each with whom it reaches. One without words is shown as JSON. */
export function AccessStatements({ statements, label, onRemove }: AccessStatementsProps) {
  const items = statements.map((statement, place) => ({ statement, place }));
  return (
    <Cards
      items={items}
      trackBy={({ place }) => String(place)}
      cardsPerRow={[{ cards: 1 }]}
      cardDefinition={{
        header: ({ statement: { effect, name }, place }) => (
          <SpaceBetween direction="horizontal" size="xs" alignItems="center">
            {effect !== null && (
              <Badge color={effect === "deny" ? "grey" : "blue"}>{effectNames[effect]}</Badge>
            )}
            <span style={{ overflowWrap: "anywhere" }}>{name ?? `Statement ${place + 1}`}</span>
          </SpaceBetween>
        ),
        sections: [
          { id: "words", content: ({ statement }) => <StatementText statement={statement} /> },
          // Without buttons, it would be an empty line in each card.
          ...(onRemove === undefined
            ? []
            : [
                {
                  id: "remove",
                  content: ({ statement, place }: (typeof items)[number]) => (
                    <Button
                      iconName="remove"
                      ariaLabel={`Remove ${statement.name ?? `statement ${place + 1}`}`}
                      onClick={() => onRemove(place)}
                      data-testid={`access-remove-statement-${place}`}
                    >
                      Remove
                    </Button>
                  ),
                },
              ]),
        ],
      }}
      ariaLabels={{ selectionGroupLabel: label, itemSelectionLabel: () => "Statement" }}
      data-testid="access-statements"
    />
  );
}

function StatementText({ statement }: { statement: StatementWords }) {
  const { effect, sentence, cautions, json } = statement;
  if (effect === null) {
    return (
      <SpaceBetween size="xs">
        <StatusText type="warning">{sentence}</StatusText>
        <div style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          <Box variant="code">{json}</Box>
        </div>
      </SpaceBetween>
    );
  }
  const reach = reachOf(statement);
  return (
    <SpaceBetween size="xs">
      <span style={{ overflowWrap: "anywhere" }}>{sentence}</span>
      {reach.length > 0 && (
        <SpaceBetween direction="horizontal" size="m">
          {reach.map(({ type, text }) => (
            <StatusText key={text} type={type}>
              {text}
            </StatusText>
          ))}
        </SpaceBetween>
      )}
      {cautions.map((caution) => (
        <StatusText key={caution} type="warning">
          {caution}
        </StatusText>
      ))}
    </SpaceBetween>
  );
}
