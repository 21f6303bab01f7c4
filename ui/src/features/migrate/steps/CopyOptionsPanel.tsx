import Alert from "@cloudscape-design/components/alert";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { CopyScope } from "../../../ipc/generated";
import { SidePanel } from "../../../shared/SidePanel";
import { platformProblem } from "../wizard/validation";
import { wizardFooterHeight } from "../wizard/wizardFooterHeight";

/** Suggested platforms. */
const commonPlatforms = ["linux/amd64", "linux/arm64", "linux/arm/v7", "windows/amd64"];

interface CopyOptionsPanelProps {
  extent: CopyScope;
  /** Whether the source is the Docker Engine, which has no referrers. */
  engine: boolean;
  onChange: (extent: CopyScope) => void;
  onClose: () => void;
}

/** What is copied of each image, in a few words. */
export function copyOptionsText({ platform, referrers }: CopyScope, engine: boolean): string {
  const platforms = platform ?? "all platforms";
  return engine || referrers ? platforms : `${platforms}, no referrers`;
}

/** Copy options: referrers and platform. */
export function CopyOptionsPanel({ extent, engine, onChange, onClose }: CopyOptionsPanelProps) {
  const platform = extent.platform ?? "";
  return (
    <SidePanel
      header="Copy options"
      below={wizardFooterHeight}
      onClose={onClose}
      data-testid="extent-panel"
    >
      <SpaceBetween size="m">
        {!engine && (
          <Checkbox
            checked={extent.referrers}
            onChange={({ detail }) => onChange({ ...extent, referrers: detail.checked })}
            description="Signatures, attestations, and SBOMs of each image. Unsupported ones are listed in the report."
            data-testid="extent-referrers"
          >
            Copy signatures and other referrers
          </Checkbox>
        )}
        <FormField
          label="Platform"
          description={
            engine
              ? "A platform that the engine has, for example linux/arm64."
              : "For example, linux/amd64. Leave empty for all platforms."
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
            ariaLabel="Platform"
            placeholder="All platforms"
            data-testid="extent-platform"
          />
        </FormField>
        {platform === "" ? (
          <Box color="text-body-secondary">
            {engine
              ? "All platforms that the Docker Engine has are copied."
              : "All platforms are copied. The digest doesn’t change."}
          </Box>
        ) : (
          <Alert type="warning">
            For a multi-platform image, ECR stores the manifest of {platform} only. Its digest
            differs from the digest of the source tag.
          </Alert>
        )}
      </SpaceBetween>
    </SidePanel>
  );
}
