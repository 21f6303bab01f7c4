import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";

interface ErrorBoundaryProps {
  children: ReactNode;
}

/** Catches rendering errors, so that the navigation stays usable. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { error: unknown }> {
  state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  render() {
    const { error } = this.state;
    if (error === null) {
      return this.props.children;
    }
    return (
      <div role="alert" data-testid="page-error">
        <Alert
          type="error"
          header="Couldn’t show this page"
          action={<Button onClick={() => this.setState({ error: null })}>Reload page</Button>}
        >
          An unexpected error occurred. A running migration continues. To report the problem,
          include these details:
          <Box variant="code" display="block">
            {error instanceof Error ? `${error.name}: ${error.message}` : String(error)}
          </Box>
        </Alert>
      </div>
    );
  }
}
