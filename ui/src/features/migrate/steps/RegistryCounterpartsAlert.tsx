import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ImageSource, RegistryCounterpart, SelectedImage } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";

/** How the registry image differs from the image of the engine. */
type Relation = "more" | "not_known" | "moved" | "layers";

function relationOf({ platforms, held_platforms, layers_missing }: RegistryCounterpart): Relation {
  if (layers_missing) {
    return "layers";
  }
  if (platforms.length === 0) {
    return "moved";
  }
  return held_platforms.length === 0 ? "not_known" : "more";
}

/** Describes the registry counterpart of an engine image. */
export function counterpartText(counterpart: RegistryCounterpart): string {
  const { registry, platforms, held_platforms, moved } = counterpart;
  const count = formatCounted(platforms.length, "platform", "platforms");
  switch (relationOf(counterpart)) {
    case "moved":
      return `At ${registry}, the tag now points to a different image.`;
    case "layers":
      return platforms.length === 0
        ? `${registry} has the image. This computer doesn’t have its layers.`
        : `${registry} has ${count}. This computer doesn’t have the layers of the image.`;
    case "not_known":
      return `${registry} has ${count}. This Docker Engine doesn’t report its platforms.`;
    case "more": {
      const more = `${registry} has ${count}. This computer only has ${held_platforms.join(", ")}`;
      return moved ? `${more}. The tag now points to a different image there.` : `${more}.`;
    }
  }
}

/** Selected images with the same registry and the same difference. */
interface Group {
  readonly source: ImageSource;
  readonly registry: string;
  readonly relation: Relation;
  readonly images: SelectedImage[];
  readonly counterparts: RegistryCounterpart[];
}

function groups(
  images: readonly SelectedImage[],
  counterparts: Readonly<Record<string, RegistryCounterpart>>,
): Group[] {
  const found = new Map<string, Group>();
  for (const { repository, tag } of images) {
    const counterpart = counterparts[`${repository}:${tag}`];
    if (counterpart === undefined) {
      continue;
    }
    const relation = relationOf(counterpart);
    const key = JSON.stringify([counterpart.source, relation]);
    const group = found.get(key) ?? {
      source: counterpart.source,
      registry: counterpart.registry,
      relation,
      images: [],
      counterparts: [],
    };
    group.images.push({ repository: counterpart.repository, tag });
    group.counterparts.push(counterpart);
    found.set(key, group);
  }
  return [...found.values()];
}

function headerText({ registry, relation, images }: Group): string {
  const one = images.length === 1;
  const counted = formatCounted(images.length, "image", "images");
  switch (relation) {
    case "more":
      return `${registry} has more platforms of ${one ? "an image" : counted} than this computer`;
    case "not_known":
      return `${registry} has all platforms of ${one ? "an image" : counted}`;
    case "layers":
      return `${registry} has the layers of ${one ? "an image" : counted} that this computer can’t push`;
    case "moved":
      return `${registry} now has ${one ? "a different image" : "different images"} for ${formatCounted(images.length, "tag", "tags")}`;
  }
}

/**
 * Button label. If the tag points to a different image, the label makes no promise about platforms.
 */
function takeText({ registry, relation, counterparts }: Group): string {
  if (relation === "moved" || counterparts.some((counterpart) => counterpart.moved)) {
    return `Copy from ${registry} instead`;
  }
  const counts = new Set(counterparts.map((counterpart) => counterpart.platforms.length));
  const [count] = counts;
  const digests = counterparts.length === 1 ? "same digest" : "same digests";
  // A single image doesn’t list its platforms.
  if (counts.has(0)) {
    return `Copy from ${registry} instead: ${digests}`;
  }
  const all = count === 1 ? "1 platform" : `all ${count} platforms`;
  const platforms = counts.size === 1 ? all : "all platforms";
  return `Copy from ${registry} instead: ${platforms}, ${digests}`;
}

/** What registries have more than the engine, in one line, or `null` if they have nothing more. */
export function counterpartsText(
  images: readonly SelectedImage[],
  counterparts: Readonly<Record<string, RegistryCounterpart>>,
): string | null {
  const offers = groups(images, counterparts);
  const [first] = offers;
  if (first === undefined) {
    return null;
  }
  const count = offers.reduce((sum, group) => sum + group.images.length, 0);
  return offers.length === 1
    ? `${headerText(first)}.`
    : `Registries differ from this computer for ${formatCounted(count, "image", "images")}.`;
}

interface RegistryCounterpartsAlertProps {
  images: readonly SelectedImage[];
  counterparts: Readonly<Record<string, RegistryCounterpart>>;
  onTake: (source: ImageSource, images: readonly SelectedImage[]) => void;
}

/** Offers to copy images from their registry if it has more platforms than the engine. */
export function RegistryCounterpartsAlert({
  images,
  counterparts,
  onTake,
}: RegistryCounterpartsAlertProps) {
  const offers = groups(images, counterparts);
  if (offers.length === 0) {
    return null;
  }
  return (
    <SpaceBetween size="s">
      {offers.map((group) => (
        <Alert
          key={JSON.stringify([group.source, group.relation])}
          type="info"
          header={headerText(group)}
          action={
            <Button
              onClick={() => onTake(group.source, group.images)}
              data-testid="take-counterparts"
            >
              {takeText(group)}
            </Button>
          }
          data-testid="counterparts"
        >
          <ul>
            {group.counterparts.map((counterpart) => (
              <li key={`${counterpart.repository}:${counterpart.tag}`}>
                {counterpart.repository}:{counterpart.tag}. {counterpartText(counterpart)}
              </li>
            ))}
          </ul>
          Images that are copied from {group.registry} keep their digests and all platforms. The
          source of this migration changes to {group.registry}, with{" "}
          {group.images.length === 1 ? "this image" : "these images"} selected. To copy the other
          images of this computer, run a second migration.
        </Alert>
      ))}
    </SpaceBetween>
  );
}
