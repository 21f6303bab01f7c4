import { useRef } from "react";
import { useBackend } from "../../ipc";
import type { AwsConnection, RepositoryDetails } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import type { OpenedImage, ShowImage } from "../../shared/openedImage";
import { useRequest } from "../../shared/useRequest";

interface LooseImageProps {
  connection: AwsConnection;
  image: OpenedImage;
  showImage: ShowImage;
  onClose: () => void;
}

/**
 * The page of an image that was opened without its repository. It starts with the tags of its row, and reads those in ECR
 * when its tags were changed.
 */
export function LooseImage({ connection, image, showImage, onClose }: LooseImageProps) {
  const backend = useBackend();
  const isOpening = useRef(true);
  const key = `${connectionKey(connection)} ${image.repository} ${image.digest}`;
  const request = useRequest(key, async () => {
    if (isOpening.current) {
      isOpening.current = false;
      return null;
    }
    return backend.repositoryDetails(connection, image.repository);
  });
  return showImage(withTagsOf(image, request.answer), onClose);
}

/** An opened image with its tags as they were listed last. */
export function withTagsOf(image: OpenedImage, details: RepositoryDetails | null): OpenedImage {
  const listed = details?.images.find(({ digest }) => digest === image.digest);
  return listed === undefined ? image : { ...image, tags: listed.tags };
}
