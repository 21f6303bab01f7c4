import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";

interface ErrorBoundaryProps {
  children: ReactNode;
}

/** Keeps a fault of one page from taking the whole window along. */
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
          header="This page cannot be shown"
          action={<Button onClick={() => this.setState({ error: null })}>Show it again</Button>}
        >
          A fault of Transload itself. A running migration goes on. The details help when you ask
          about it:
          <Box variant="code" display="block">
            {error instanceof Error ? `${error.name}: ${error.message}` : String(error)}
          </Box>
        </Alert>
      </div>
    );
  }
}
