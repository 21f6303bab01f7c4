import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { EngineOriginal, ImageSource, SelectedImage } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";

/** What a registry has of an image of the engine, in a few words. */
export function originalText(original: EngineOriginal): string {
  const { registry, platforms, held_platforms, moved } = original;
  const more = `${registry} has ${formatCounted(platforms.length, "platform", "platforms")} of it, this computer only ${held_platforms.join(", ")}`;
  const other = `the tag is another image at ${registry} now`;
  if (platforms.length === 0) {
    return `${other.charAt(0).toUpperCase()}${other.slice(1)}.`;
  }
  return moved ? `${more}; ${other}.` : `${more}.`;
}

/** Selected images of one source that has more of them. */
interface Group {
  readonly source: ImageSource;
  readonly registry: string;
  readonly images: SelectedImage[];
}

function groups(
  images: readonly SelectedImage[],
  originals: Readonly<Record<string, EngineOriginal>>,
): Group[] {
  const found = new Map<string, Group>();
  for (const { repository, tag } of images) {
    const original = originals[`${repository}:${tag}`];
    if (original === undefined) {
      continue;
    }
    const key = JSON.stringify(original.source);
    const group = found.get(key) ?? {
      source: original.source,
      registry: original.registry,
      images: [],
    };
    group.images.push({ repository: original.repository, tag });
    found.set(key, group);
  }
  return [...found.values()];
}

interface OriginalsAlertProps {
  images: readonly SelectedImage[];
  originals: Readonly<Record<string, EngineOriginal>>;
  onTake: (source: ImageSource, images: readonly SelectedImage[]) => void;
}

/** Offers the exact copy from a registry for selected images of which it has more than the engine. */
export function OriginalsAlert({ images, originals, onTake }: OriginalsAlertProps) {
  const offers = groups(images, originals);
  if (offers.length === 0) {
    return null;
  }
  return (
    <SpaceBetween size="s">
      {offers.map(({ source, registry, images: offered }) => (
        <Alert
          key={JSON.stringify(source)}
          type="info"
          header={`${registry} has more of ${
            offered.length === 1 ? "an image" : formatCounted(offered.length, "image", "images")
          } than this computer`}
          action={
            <Button onClick={() => onTake(source, offered)} data-testid="take-originals">
              Copy from {registry} instead
            </Button>
          }
          data-testid="originals"
        >
          <ul>
            {offered.map(({ repository, tag }) => {
              const original = Object.values(originals).find(
                (one) => one.repository === repository && one.tag === tag,
              );
              return (
                <li key={`${repository}:${tag}`}>
                  {repository}:{tag}. {original && originalText(original)}
                </li>
              );
            })}
          </ul>
          A copy from there keeps the digest and brings every platform. The source of this migration
          is then {registry}, with {offered.length === 1 ? "this image" : "these images"} selected;
          move the others of this computer in a second one.
        </Alert>
      ))}
    </SpaceBetween>
  );
}
