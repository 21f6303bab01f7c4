import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ImageConfig, InspectedImage } from "../../ipc/generated";
import { CopyButton } from "../../shared/CopyableText";
import { ValuesTable } from "./ValuesTable";

/** The configuration: how a container of the image starts. */
export function ImageConfiguration({ image }: { image: InspectedImage }) {
  const { config, config_problem } = image;
  if (config_problem !== null) {
    return (
      <Alert type="warning" header="Couldn’t read the configuration" data-testid="config-problem">
        {config_problem}
      </Alert>
    );
  }
  if (config === null) {
    return (
      <Box color="text-body-secondary" data-testid="config-none">
        {`This is an artifact of the type ${image.artifact_type ?? "unknown"}, which has no configuration of an image. Its documents are under Raw.`}
      </Box>
    );
  }
  return (
    <SpaceBetween size="m">
      <Container header={<Header variant="h2">Container start</Header>}>
        <KeyValuePairs columns={2} items={startFacts(config)} />
      </Container>
      <ValuesTable title="Environment variables" values={config.env} />
      <ValuesTable title="Labels" values={config.labels} />
      {config.other.length > 0 && <ValuesTable title="Other fields" values={config.other} />}
    </SpaceBetween>
  );
}

/** A text of any length with all its words, which a command has to show. */
function Line({ text, what }: { text: string | null; what: string }) {
  return text === null ? (
    <span>–</span>
  ) : (
    <span style={{ overflowWrap: "anywhere" }}>
      <CopyButton text={text} what={what} /> {text}
    </span>
  );
}

const list = (items: readonly string[]) => (items.length === 0 ? "–" : items.join(", "));

function startFacts(config: ImageConfig) {
  return [
    {
      label: "Command line",
      value:
        config.command_line === null ? (
          "None. A command is required to run the image."
        ) : (
          <Line text={config.command_line} what="command line" />
        ),
    },
    {
      label: "User",
      value:
        config.user ??
        `${config.os === "windows" ? "the default of Windows" : "root"}, because the image sets no user`,
    },
    { label: "Entrypoint", value: list(config.entrypoint) },
    { label: "Cmd", value: list(config.cmd) },
    {
      label: "Working directory",
      value: <Line text={config.working_dir} what="working directory" />,
    },
    { label: "Exposed ports", value: list(config.exposed_ports) },
    { label: "Volumes", value: list(config.volumes) },
    { label: "Stop signal", value: config.stop_signal ?? "SIGTERM (default)" },
    { label: "Health check", value: config.healthcheck ?? "–" },
    {
      label: "Platform",
      value:
        [config.os, config.architecture, config.variant]
          .filter((part) => part !== null)
          .join("/") || "–",
    },
    ...(config.os_version === null ? [] : [{ label: "OS version", value: config.os_version }]),
    ...(config.author === null ? [] : [{ label: "Author", value: config.author }]),
    ...(config.shell.length === 0 ? [] : [{ label: "Shell", value: list(config.shell) }]),
    ...(config.on_build.length === 0 ? [] : [{ label: "On build", value: list(config.on_build) }]),
  ];
}
