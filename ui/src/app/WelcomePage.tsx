import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import type { ReactNode } from "react";

interface WelcomePageProps {
  /** Whether practice mode is starting. */
  starting: boolean;
  onMigrate: () => void;
  onRepositories: () => void;
  onPractice: () => void;
}

interface CardProps {
  title: string;
  children: ReactNode;
  button: ReactNode;
}

function Card({ title, children, button }: CardProps) {
  return (
    <Container fitHeight header={<Header variant="h2">{title}</Header>} footer={button}>
      <Box variant="p">{children}</Box>
    </Container>
  );
}

/** The page of the first start, with three ways to begin. */
export function WelcomePage({ starting, onMigrate, onRepositories, onPractice }: WelcomePageProps) {
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description="Migrate container images to Amazon ECR. Transload verifies every image by digest."
        >
          Welcome
        </Header>
      }
    >
      <ColumnLayout columns={3}>
        <Card
          title="Migrate images"
          button={
            <Button variant="primary" onClick={onMigrate} data-testid="card-migrate">
              Migrate images
            </Button>
          }
        >
          Choose an AWS profile, images, and repository names. Review the plan before Transload
          makes any changes.
        </Card>
        <Card
          title="View repositories"
          button={
            <Button onClick={onRepositories} data-testid="card-repositories">
              View repositories
            </Button>
          }
        >
          View repositories, tags, digests, platforms, and sizes in ECR, with push and pull
          commands.
        </Card>
        <Card
          title="Try practice mode"
          button={
            <Button onClick={onPractice} loading={starting} data-testid="card-practice">
              Start practice mode
            </Button>
          }
        >
          Practice mode runs a registry and a Docker Hub account inside Transload. It doesn’t
          require an AWS account, and makes no changes to AWS.
        </Card>
      </ColumnLayout>
    </ContentLayout>
  );
}
