import Alert from "@cloudscape-design/components/alert";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, ImageComparison, ImageLocation } from "../../ipc/generated";
import { shortDigest } from "../../shared/format";
import { InfoLink } from "../../shared/help";
import type { OpenedImage } from "../../shared/openedImage";
import { TextField } from "../../shared/TextField";
import { useRequest } from "../../shared/useRequest";
import { ComparisonView } from "./ComparisonView";
import { parseOther } from "./otherImage";

interface CompareImagesProps {
  connection: AwsConnection;
  image: OpenedImage;
  location: ImageLocation;
  name: string;
  onClose: () => void;
}

/** The name of an image in its registry. */
function nameOf(location: ImageLocation | undefined): string {
  const { repository = "", reference = "" } = location ?? {};
  return reference.startsWith("sha256:")
    ? `${repository}@${shortDigest(reference)}`
    : `${repository}:${reference}`;
}

/** Compares an image with another tag of its repository, or with an image of another registry. */
export function CompareImages(props: CompareImagesProps) {
  const { connection, image, location, name, onClose } = props;
  const backend = useBackend();
  const { compareWith = "" } = image;
  const inRepository = (reference: string): ImageLocation => ({
    source: { kind: "ecr", connection },
    repository: image.repository,
    reference,
  });
  const [tag, setTag] = useState(compareWith);
  const [elsewhere, setElsewhere] = useState(false);
  const [reference, setReference] = useState("");
  const [platform, setPlatform] = useState("");
  const [chosen, setChosen] = useState<{ other: ImageLocation; platform: string } | null>(
    compareWith === "" ? null : { other: inRepository(compareWith), platform: "" },
  );
  const request = useRequest<ImageComparison>(
    chosen === null ? null : JSON.stringify(chosen),
    () =>
      chosen === null
        ? Promise.reject(new Error("nothing to compare"))
        : backend.imageCompare(location, chosen.other, {
            platform: chosen.platform === "" ? null : chosen.platform,
            reveal: false,
          }),
  );
  // The usual question is about the same tag at the place that the image was copied from.
  const sameTag = image.tags[0] ?? "latest";
  const other = elsewhere
    ? parseOther(reference, sameTag)
    : tag.trim() === ""
      ? null
      : inRepository(tag.trim());

  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        info={<InfoLink topic="comparison" />}
        description="Platforms, configuration, layers, and packages. No layer is downloaded."
        actions={
          <Button onClick={onClose} data-testid="compare-close">
            Back to image
          </Button>
        }
      >
        {`Compare ${name}`}
      </Header>
      <Container>
        <SpaceBetween size="s">
          <SpaceBetween direction="horizontal" size="m" alignItems="end">
            {elsewhere ? (
              <FormField
                label="Other image"
                constraintText={`A reference, such as docker.io/library/alpine:3.22. Without a tag, it is ${sameTag}.`}
              >
                <div style={{ inlineSize: 420 }}>
                  <Input
                    value={reference}
                    onChange={({ detail }) => setReference(detail.value)}
                    data-testid="compare-reference"
                  />
                </div>
              </FormField>
            ) : (
              <FormField
                label="Other tag or digest"
                constraintText={`In the repository ${image.repository}`}
              >
                <div style={{ inlineSize: 420 }}>
                  <Autosuggest
                    value={tag}
                    onChange={({ detail }) => setTag(detail.value)}
                    options={image.otherTags.slice(0, 500).map((value) => ({ value }))}
                    enteredTextLabel={(value) => `Use “${value}”`}
                    placeholder="Choose or enter a tag"
                    empty="No other tags"
                    clearAriaLabel="Clear the tag"
                    data-testid="compare-tag"
                  />
                </div>
              </FormField>
            )}
            <TextField
              label="Platform"
              constraintText="Optional, such as linux/arm64"
              value={platform}
              onChange={setPlatform}
              testId="compare-platform"
            />
          </SpaceBetween>
          <SpaceBetween direction="horizontal" size="m" alignItems="center">
            <Button
              variant="primary"
              disabled={other === null}
              disabledReason={elsewhere ? "Enter a complete reference." : "Choose another tag."}
              loading={request.loading}
              onClick={() => other !== null && setChosen({ other, platform: platform.trim() })}
              data-testid="compare-start"
            >
              Compare
            </Button>
            <Checkbox
              checked={elsewhere}
              onChange={({ detail }) => {
                setElsewhere(detail.checked);
                if (detail.checked && reference === "") {
                  setReference(`docker.io/${image.repository}:${sameTag}`);
                }
              }}
              data-testid="compare-elsewhere"
            >
              Image in another registry
            </Checkbox>
          </SpaceBetween>
        </SpaceBetween>
      </Container>
      {request.error !== null && (
        <ErrorAlert error={request.error} actions={{ retry: request.reload }} />
      )}
      {request.answer === null && request.loading && (
        <Box>
          <Spinner /> Comparing
        </Box>
      )}
      {request.answer !== null &&
        (request.answer.identical ? (
          <Alert type="success" data-testid="compare-identical">
            Both have the same digest, so they are identical.
          </Alert>
        ) : (
          <ComparisonView
            comparison={request.answer}
            leftName={name}
            rightName={nameOf(chosen?.other)}
          />
        ))}
    </SpaceBetween>
  );
}
