import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useBackend } from "../../../ipc/BackendContext";
import type {
  AwsConnection,
  MigrationPlan,
  RegistryOffer,
  RegistrySettings,
} from "../../../ipc/generated";
import { formatBytes } from "../../../shared/format";
import { isKnown } from "../../../shared/reported";
import { StatusText } from "../../../shared/StatusText";
import { TextField } from "../../../shared/TextField";
import { useAsyncAction } from "../../../shared/useAsyncAction";
import { type Request, useRequest } from "../../../shared/useRequest";
import { OfferModal } from "../steps/OfferModal";
import type { Draft } from "./draft";

interface OfferDialogProps {
  connection: AwsConnection;
  offer: RegistryOffer;
  /** Whether all required fields have a value. */
  filled: boolean;
  header: string;
  confirm: string;
  children: ReactNode;
  /** Closes the dialog. The registry settings are reloaded if they changed. */
  onDone: (changed: boolean) => void;
}

function OfferDialog({
  connection,
  offer,
  filled,
  header,
  confirm,
  children,
  onDone,
}: OfferDialogProps) {
  const backend = useBackend();
  const work = useAsyncAction();
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
}

/** The valid part of a prefix. */
function prefixOf(draft: Draft): string {
  return draft.prefix.replace(/\/+$/, "");
}

/** Offers a repository creation template and a pull through cache rule. */
export function RegistryOffers({ draft, registry }: RegistryOffersProps) {
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
  const isPlain = isKnown(template.encryption) && template.encryption.kind === "aes256";
  const needsRole = !isPlain || Object.keys(template.tags).length > 0;
  const pushTemplates = registry.answer?.templates?.filter((one) => one.on_push) ?? [];
  const hubRules =
    registry.answer?.cache_rules?.filter((one) => one.upstream === "registry-1.docker.io") ?? [];

  return (
    <div data-testid="registry-offers">
      <SpaceBetween size="l">
        <SpaceBetween size="s">
          <Box variant="h3">Create on push</Box>
          <span>
            With a repository creation template, ECR creates missing repositories on push with the
            settings above. Use it if builds push to new repository names.
          </span>
          <Box color="text-body-secondary">
            The template doesn’t copy images or change existing repositories. Every identity with
            push permission can create repositories under the prefix. This migration doesn’t require
            a template.
          </Box>
          {pushTemplates.length > 0 && (
            <StatusText type="success">
              Exists for {pushTemplates.map((one) => one.prefix).join(", ")}
            </StatusText>
          )}
          <Button onClick={() => show("template")} data-testid="offer-template">
            Create template
          </Button>
        </SpaceBetween>
        <SpaceBetween size="s">
          <Box variant="h3">Pull through cache for Docker Hub</Box>
          <span>
            With a pull through cache rule, ECR downloads missing images from Docker Hub on the
            first pull and caches them. AWS recommends it if you don’t need a complete copy.
          </span>
          <Box color="text-body-secondary">
            The cache contains only images that were pulled. It requires the Docker Hub account,
            with its access token in AWS Secrets Manager. ECR checks for a newer image of a tag at
            most once a day.
          </Box>
          {hubRules.length > 0 && (
            <StatusText type="success">
              Exists for {hubRules.map((one) => one.prefix).join(", ")}
            </StatusText>
          )}
          <Button onClick={() => show("cache")} data-testid="offer-cache">
            Create cache rule
          </Button>
        </SpaceBetween>
      </SpaceBetween>
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
          confirm={open === "template" ? "Create template" : "Create cache rule"}
          onDone={done}
        >
          <SpaceBetween size="m">
            <TextField
              label="Prefix"
              description={
                open === "template"
                  ? "For example, team applies to team/app. ROOT applies to repositories without another template."
                  : "For example, with hub, you pull team/app of Docker Hub as hub/team/app. ROOT applies to all names."
              }
              value={prefix}
              placeholder={open === "template" ? "team" : "hub"}
              onChange={setPrefix}
              testId="offer-prefix"
            />
            {open === "template" && needsRole && (
              <TextField
                label="Role"
                description="ECR assumes this role to apply the KMS key and the AWS tags of the template."
                value={role}
                placeholder="arn:aws:iam::111122223333:role/ecr-templates"
                onChange={setRole}
                testId="offer-role"
              />
            )}
            {open === "cache" && (
              <TextField
                label="Secret"
                description="ARN of an AWS Secrets Manager secret with the Docker Hub “username” and “accessToken”. Its name must start with ecr-pullthroughcache/. Transload doesn’t create or read the secret."
                value={secret}
                placeholder="arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/docker-hub-a1B2c3"
                onChange={setSecret}
                testId="offer-secret"
              />
            )}
          </SpaceBetween>
        </OfferDialog>
      )}
    </div>
  );
}

interface BlobMountingOfferProps {
  draft: Draft;
  plan: MigrationPlan;
  registry: Request<RegistrySettings>;
  /** Creates the plan again, because its upload changed. */
  onChanged: () => void;
}

/** Minimum saving for the blob mounting offer. */
const worthBytes = 1_000_000;

/** Offers to turn on blob mounting if it saves enough. */
export function BlobMountingOffer({ draft, plan, registry, onChanged }: BlobMountingOfferProps) {
  const [open, setOpen] = useState(false);
  const saved = plan.totals.mountable_bytes;
  const { connection } = draft;
  if (connection === null || registry.answer?.blob_mounting !== false || saved < worthBytes) {
    return null;
  }
  return (
    <>
      <span
        title="Repositories share layers. With blob mounting, ECR reuses a layer of another repository instead of uploading it again. Blob mounting is off in this account and Region."
        data-testid="mounting-offer"
      >
        <StatusText type="info">
          Blob mounting would save {formatBytes(saved)}.{" "}
          <Button
            variant="inline-link"
            onClick={() => setOpen(true)}
            ariaLabel="Turn on blob mounting"
            data-testid="offer-mounting"
          >
            Turn on
          </Button>
        </StatusText>
      </span>
      {open && (
        <OfferDialog
          connection={connection}
          offer={{ kind: "blob_mounting" }}
          filled
          header="Turn on blob mounting"
          confirm="Turn on blob mounting"
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
              This setting applies to the account in this region and to all identities that push.
              ECR reuses a layer if the identity can read the other repository and both repositories
              use the same encryption.
            </span>
            <Box color="text-body-secondary">
              It doesn’t reduce storage costs, and doesn’t apply across accounts, across regions, or
              to pull through cache repositories. You can turn it off later.
            </Box>
          </SpaceBetween>
        </OfferDialog>
      )}
    </>
  );
}
