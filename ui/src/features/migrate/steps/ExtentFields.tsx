import Alert from "@cloudscape-design/components/alert";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Checkbox from "@cloudscape-design/components/checkbox";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { CopyExtent } from "../../../ipc/generated";
import { platformProblem } from "../wizard/validation";

/** The platforms that most images are built for. */
const commonPlatforms = ["linux/amd64", "linux/arm64", "linux/arm/v7", "windows/amd64"];

interface ExtentFieldsProps {
  extent: CopyExtent;
  /** Whether the images come from the Docker Engine, which knows no referrers. */
  engine: boolean;
  onChange: (extent: CopyExtent) => void;
}

/** What of each image comes along. */
export function ExtentFields({ extent, engine, onChange }: ExtentFieldsProps) {
  const platform = extent.platform ?? "";
  return (
    <ExpandableSection
      variant="container"
      headerText="What comes along"
      headerDescription={
        platform !== ""
          ? `Only ${platform}.`
          : engine
            ? "What the Docker Engine holds: the whole index, or the platform of its own computer."
            : "Every platform, with the digest that it has."
      }
      defaultExpanded={platform !== ""}
      data-testid="extent"
    >
      <SpaceBetween size="m">
        {!engine && (
          <Checkbox
            checked={extent.referrers}
            onChange={({ detail }) => onChange({ ...extent, referrers: detail.checked })}
            description="Signatures, attestations and bills of materials that refer to an image. One that ECR does not take stays behind and is named in the report."
            data-testid="extent-referrers"
          >
            Copy signatures and other referrers
          </Checkbox>
        )}
        <FormField
          label="Only one platform"
          description={
            engine
              ? "The engine has to hold it. Such as linux/arm64."
              : "Empty means all of them. Such as linux/amd64."
          }
          errorText={platformProblem(extent.platform)}
        >
          <Autosuggest
            value={platform}
            options={commonPlatforms.map((value) => ({ value }))}
            onChange={({ detail }) =>
              onChange({ ...extent, platform: detail.value === "" ? null : detail.value })
            }
            enteredTextLabel={(value) => `Use “${value}”`}
            ariaLabel="Only one platform"
            placeholder="All platforms"
            data-testid="extent-platform"
          />
        </FormField>
        {platform !== "" && (
          <Alert type="warning">
            An image of several platforms arrives as the manifest of {platform} alone. Its digest in
            ECR is that manifest’s and not the one that the tag has at the source.
          </Alert>
        )}
      </SpaceBetween>
    </ExpandableSection>
  );
}
