import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useBackend } from "../../ipc";
import { EmptyText } from "../../shared/EmptyText";
import { PullGuidesSection } from "../../shared/pullGuides";
import { TextField } from "../../shared/TextField";
import type { FriendlyNameProps } from "./friendlyNameProps";
import { splitImage } from "./friendlyNameState";

/** How each client pulls an image from ECR, and whether this computer can. */
export function PullTab({ state, onChange, connection, connectionPicker }: FriendlyNameProps) {
  const backend = useBackend();
  const image = splitImage(state.image);
  const name = state.name.trim();
  return (
    <SpaceBetween size="m">
      <Container>
        <SpaceBetween size="s">
          <TextField
            label="Image"
            description="Repository and tag or digest in ECR."
            value={state.image}
            onChange={(value) => onChange({ image: value })}
            placeholder="team/app:1.0"
            testId="pull-image"
          />
          {connectionPicker}
        </SpaceBetween>
      </Container>
      {connection === null || image === null ? (
        <EmptyText>
          {connection === null ? "Choose an ECR connection." : "Enter an image."}
        </EmptyText>
      ) : (
        <Container>
          <PullGuidesSection
            backend={backend}
            connection={connection}
            repository={image.repository}
            tag={image.tag}
            digest={image.digest}
            name={name === "" ? null : name}
          />
        </Container>
      )}
    </SpaceBetween>
  );
}
