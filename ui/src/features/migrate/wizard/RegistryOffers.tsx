import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type ReactNode, useState } from "react";
import type { ErrorActions } from "../../../errors";
import { useBackend } from "../../../ipc/BackendContext";
import type {
  AwsConnection,
  MigrationPlan,
  RegistryOffer,
  RegistrySettings,
} from "../../../ipc/generated";
import { formatBytes } from "../../../shared/format";
import { type Request, useRequest } from "../../../shared/useRequest";
import { useWork } from "../../../shared/useWork";
import { OfferModal } from "../steps/OfferModal";
import type { Draft } from "./draft";

interface OfferDialogProps {
  connection: AwsConnection;
  offer: RegistryOffer;
  /** Whether every field that the offer needs has something in it. */
  filled: boolean;
  header: string;
  confirm: string;
  children: ReactNode;
  errorActions: ErrorActions;
  /** Takes the window away; the registry’s settings are asked anew where they were changed. */
  onDone: (changed: boolean) => void;
}

/** One offer with its call, until it is confirmed or not. */
function OfferDialog({
  connection,
  offer,
  filled,
  header,
  confirm,
  children,
  errorActions,
  onDone,
}: OfferDialogProps) {
  const backend = useBackend();
  const work = useWork();
  const commands = useRequest(filled ? JSON.stringify([connection, offer]) : null, () =>
    backend.registryOfferCommands(connection, offer),
  );
  const accept = () =>
    work.run(async () => {
      await backend.registryOfferAccept(connection, offer);
      onDone(true);
    });
  return (
    <OfferModal
      header={header}
      confirm={confirm}
      commands={commands}
      work={work}
      errorActions={errorActions}
      onConfirm={() => void accept()}
      onDismiss={() => onDone(false)}
    >
      {children}
    </OfferModal>
  );
}

interface RegistryOffersProps {
  draft: Draft;
  registry: Request<RegistrySettings>;
  errorActions: ErrorActions;
}

/** The part of a prefix that a template or a rule can be for. */
function prefixOf(draft: Draft): string {
  return draft.prefix.replace(/\/+$/, "");
}

/** What may serve better than a migration: a template for pushes, a cache for pulls. */
export function RegistryOffers({ draft, registry, errorActions }: RegistryOffersProps) {
  const [open, setOpen] = useState<"template" | "cache" | null>(null);
  const [prefix, setPrefix] = useState("");
  const [role, setRole] = useState("");
  const [secret, setSecret] = useState("");
  const { connection } = draft;
  if (connection === null) {
    return null;
  }
  const show = (which: "template" | "cache") => {
    setPrefix(prefixOf(draft));
    setOpen(which);
  };
  const done = (changed: boolean) => {
    setOpen(null);
    if (changed) {
      registry.reload();
    }
  };
  const template = draft.template;
  const needsRole = template.encryption.kind !== "aes256" || Object.keys(template.tags).length > 0;
  const pushTemplates = registry.answer?.templates?.filter((one) => one.on_push) ?? [];
  const hubRules =
    registry.answer?.cache_rules?.filter((one) => one.upstream === "registry-1.docker.io") ?? [];

  return (
    <ExpandableSection
      variant="container"
      headerText="Other ways, where they serve better"
      headerDescription="Repositories that ECR creates on push, and a cache of Docker Hub."
      data-testid="registry-offers"
    >
      <ColumnLayout columns={2} borders="vertical">
        <SpaceBetween size="s">
          <Box variant="h3">Create on push</Box>
          <span>
            A template in ECR: whoever pushes to a repository that is missing gets it, set up as the
            settings above say. Right where builds push to new names by themselves.
          </span>
          <Box color="text-body-secondary">
            It moves nothing, changes no repository that exists, and everybody who may push can make
            repositories under the prefix. This migration needs none.
          </Box>
          {pushTemplates.length > 0 && (
            <StatusIndicator type="success">
              There is one for {pushTemplates.map((one) => one.prefix).join(", ")}
            </StatusIndicator>
          )}
          <Button onClick={() => show("template")} data-testid="offer-template">
            Create a template
          </Button>
        </SpaceBetween>
        <SpaceBetween size="s">
          <Box variant="h3">Pull-through cache of Docker Hub</Box>
          <span>
            A rule in ECR: what is pulled under its prefix and is not there, ECR fetches from Docker
            Hub and keeps. AWS recommends it where a copy on demand is enough.
          </span>
          <Box color="text-body-secondary">
            It fetches nothing before the first pull, keeps nothing that nobody pulls, and needs
            Docker Hub for what it does not have: the account there must stay, and its access token
            is in a secret of AWS Secrets Manager. ECR looks for a newer image of a tag once a day
            at most.
          </Box>
          {hubRules.length > 0 && (
            <StatusIndicator type="success">
              There is one for {hubRules.map((one) => one.prefix).join(", ")}
            </StatusIndicator>
          )}
          <Button onClick={() => show("cache")} data-testid="offer-cache">
            Create a cache rule
          </Button>
        </SpaceBetween>
      </ColumnLayout>
      {open !== null && (
        <OfferDialog
          connection={connection}
          offer={
            open === "template"
              ? {
                  kind: "create_on_push",
                  prefix,
                  settings: template,
                  role: role.trim() === "" ? null : role,
                }
              : { kind: "pull_through_cache", prefix, secret }
          }
          filled={
            prefix.trim() !== "" &&
            (open === "template" ? !needsRole || role.trim() !== "" : secret.trim() !== "")
          }
          header={open === "template" ? "Create repositories on push" : "Cache Docker Hub on pull"}
          confirm={open === "template" ? "Create the template" : "Create the cache rule"}
          errorActions={errorActions}
          onDone={done}
        >
          <SpaceBetween size="m">
            <FormField
              label="Prefix"
              description={
                open === "template"
                  ? "team is for team/app and everything else below team/; ROOT for every repository that no other template is for."
                  : "With hub, team/app of Docker Hub is pulled as hub/team/app; ROOT for every name."
              }
            >
              <Input
                value={prefix}
                placeholder={open === "template" ? "team" : "hub"}
                spellcheck={false}
                onChange={({ detail }) => setPrefix(detail.value)}
                data-testid="offer-prefix"
              />
            </FormField>
            {open === "template" && needsRole && (
              <FormField
                label="Role"
                description="ECR takes this role on to set the KMS key and the AWS tags of the template."
              >
                <Input
                  value={role}
                  placeholder="arn:aws:iam::111122223333:role/ecr-templates"
                  spellcheck={false}
                  onChange={({ detail }) => setRole(detail.value)}
                  data-testid="offer-role"
                />
              </FormField>
            )}
            {open === "cache" && (
              <FormField
                label="Secret"
                description="The ARN of a secret in AWS Secrets Manager with “username” and “accessToken” of Docker Hub. Its name begins with ecr-pullthroughcache/. Transload does not create it and never sees what is in it."
              >
                <Input
                  value={secret}
                  placeholder="arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/docker-hub-a1B2c3"
                  spellcheck={false}
                  onChange={({ detail }) => setSecret(detail.value)}
                  data-testid="offer-secret"
                />
              </FormField>
            )}
          </SpaceBetween>
        </OfferDialog>
      )}
    </ExpandableSection>
  );
}

interface BlobMountingOfferProps {
  draft: Draft;
  plan: MigrationPlan;
  registry: Request<RegistrySettings>;
  errorActions: ErrorActions;
  /** The plan is made again: its upload is smaller now. */
  onChanged: () => void;
}

/** A saving below this many bytes is not worth a change for the whole registry. */
const worthBytes = 1_000_000;

/** What turning on blob mounting would save this plan; nothing where it is on, or saves little. */
export function BlobMountingOffer({
  draft,
  plan,
  registry,
  errorActions,
  onChanged,
}: BlobMountingOfferProps) {
  const [open, setOpen] = useState(false);
  const saved = plan.totals.mountable_bytes;
  const { connection } = draft;
  if (connection === null || registry.answer?.blob_mounting !== false || saved < worthBytes) {
    return null;
  }
  return (
    <>
      <Alert
        type="info"
        header={`Blob mounting would save ${formatBytes(saved)}`}
        action={
          <Button onClick={() => setOpen(true)} data-testid="offer-mounting">
            Turn it on
          </Button>
        }
        data-testid="mounting-offer"
      >
        Several repositories share layers. With ECR’s blob mounting a layer that one of them holds
        is not sent again to the others. It is off in this account and region.
      </Alert>
      {open && (
        <OfferDialog
          connection={connection}
          offer={{ kind: "blob_mounting" }}
          filled
          header="Turn on blob mounting"
          confirm="Turn on blob mounting"
          errorActions={errorActions}
          onDone={(changed) => {
            setOpen(false);
            if (changed) {
              registry.reload();
              onChanged();
            }
          }}
        >
          <SpaceBetween size="s">
            <span>
              This is a setting of the whole account in this region, for everybody who pushes: a
              layer is taken from another repository where the caller may read it and both are
              encrypted in the same way.
            </span>
            <Box color="text-body-secondary">
              It does not make stored layers cheaper, does not reach over accounts or regions, and
              does nothing for repositories of a pull-through cache. It can be turned off again.
            </Box>
          </SpaceBetween>
        </OfferDialog>
      )}
    </>
  );
}
