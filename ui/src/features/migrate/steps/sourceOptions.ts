/** The sources of images, as the list of sources shows them. */
import type { ImageSource } from "../../../ipc/generated";
import { connectionLabel } from "../../../shared/connection";
import { formatCounted } from "../../../shared/format";

type SourceKind = ImageSource["kind"];

/** What a source has now: `3 images`, or why nothing. Absent while unknown. */
export type SourceStates = Readonly<Partial<Record<SourceKind, string>>>;

const options: readonly {
  readonly value: SourceKind;
  readonly label: string;
  readonly description: string;
}[] = [
  {
    value: "docker_engine",
    label: "Docker Engine",
    description: "Images listed by “docker images”",
  },
  {
    value: "docker_hub",
    label: "Docker Hub",
    description: "Repositories of users and organizations",
  },
  { value: "ecr", label: "Another Amazon ECR", description: "Another account or Region" },
  { value: "registry", label: "Another registry", description: "Any OCI registry" },
  {
    value: "practice_account",
    label: "Practice account",
    description: "Sample Docker Hub account in Transload",
  },
];

/** Sources that practice mode simulates or reads on this computer. */
const local: ReadonlySet<SourceKind> = new Set(["practice_account", "docker_engine"]);

/**
 * The sources, with their state at the right. The practice source requires practice mode, which says
 * which of the others are real.
 */
export function sourceOptions(practice: boolean, states: SourceStates) {
  return options
    .filter(({ value }) => practice || value !== "practice_account")
    .map((option) => ({
      ...option,
      description:
        practice && !local.has(option.value)
          ? `${option.description}. Not simulated: reads over the network`
          : option.description,
      labelTag: states[option.value] ?? "",
    }));
}

/** The state of the Docker Engine, from the number of its images. */
export function imagesText(images: number): string {
  return formatCounted(images, "image", "images");
}

/** The value of the option that empties the list of recent sources. */
export const clearRecent = "clear recent";

/** A source in the list: its kind, and the host, namespaces or profile. */
function recentLabel(source: ImageSource): string {
  switch (source.kind) {
    case "docker_hub":
      return `Docker Hub: ${source.namespace}`;
    case "registry":
      return source.plain_http ? `${source.host} (HTTP)` : source.host;
    case "ecr":
      return `Amazon ECR: ${connectionLabel(source.connection)}`;
    case "docker_engine":
      return "Docker Engine";
    case "practice_account":
      return "Practice account";
  }
}

/** The sources that were used last, below the others. `null` without any. */
export function recentOptions(sources: readonly ImageSource[]) {
  return sources.length === 0
    ? null
    : {
        label: "Recent",
        options: [
          ...sources.map((source, place) => ({
            value: `recent ${place}`,
            label: recentLabel(source),
          })),
          { value: clearRecent, label: "Clear recent sources" },
        ],
      };
}

/** The source of an option, if it is one of the recent ones. */
export function recentSource(
  value: string | undefined,
  sources: readonly ImageSource[],
): ImageSource | undefined {
  const [, place] = /^recent (\d+)$/.exec(value ?? "") ?? [];
  return place === undefined ? undefined : sources[Number(place)];
}
