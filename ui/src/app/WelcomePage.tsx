import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import type { ReactNode } from "react";

interface WelcomePageProps {
  /** Practice is being started. */
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

/** What a person sees at the first start: three ways to begin. */
export function WelcomePage({ starting, onMigrate, onRepositories, onPractice }: WelcomePageProps) {
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description="Transload moves container images into Amazon ECR and proves by digest that what arrived is what was sent."
        >
          Welcome
        </Header>
      }
    >
      <ColumnLayout columns={3}>
        <Card
          title="Move images to ECR"
          button={
            <Button variant="primary" onClick={onMigrate} data-testid="card-migrate">
              Move images
            </Button>
          }
        >
          Five steps with your AWS account: choose a profile, images, and names, then look at the
          plan before anything is written.
        </Card>
        <Card
          title="Look at my repositories"
          button={
            <Button onClick={onRepositories} data-testid="card-repositories">
              Show repositories
            </Button>
          }
        >
          What is in ECR: repositories, tags, digests, platforms and sizes, with the commands that
          push and pull them.
        </Card>
        <Card
          title="Try it without AWS"
          button={
            <Button onClick={onPractice} loading={starting} data-testid="card-practice">
              Start practice
            </Button>
          }
        >
          A registry and a Docker Hub account live inside Transload for practice. No account is
          needed, and nothing leaves this computer.
        </Card>
      </ColumnLayout>
    </ContentLayout>
  );
}
