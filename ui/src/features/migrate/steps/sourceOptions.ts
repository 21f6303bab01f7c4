/** The sources of images, as the list of sources shows them. */
import type { ImageSource } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";

export type SourceKind = ImageSource["kind"];

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
