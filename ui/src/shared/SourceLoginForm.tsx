import ExpandableSection from "@cloudscape-design/components/expandable-section";
import { loginText } from "./loginText";
import { SourceLoginFields, type SourceLoginProps } from "./SourceLoginFields";

/** The sign-in of a source as a section of a page. */
export function SourceLoginForm(props: SourceLoginProps) {
  const { answer } = props.status;
  return (
    <ExpandableSection
      variant="container"
      headerText={loginText(answer)}
      defaultExpanded={(answer?.login_error ?? null) !== null}
      data-testid="source-login"
    >
      <SourceLoginFields {...props} />
    </ExpandableSection>
  );
}
