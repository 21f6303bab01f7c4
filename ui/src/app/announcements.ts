/**
 * How the window reports finished actions: every command that changes something leads to a
 * notification. `withAnnouncements` applies this table to the backend, so no page can forget it.
 */
import type { Backend } from "../ipc/backend";
import type { AwsConnection, DeletionReport, RegistryChange } from "../ipc/generated";
import type { Commands } from "../ipc/generated/commands";
import { clientNames } from "../shared/clientLogins/clientLoginTexts";
import { signerName, sourceLabel } from "../shared/connection";
import { formatCount, formatCounted, shortDigest } from "../shared/format";
import type { Notice } from "../shared/notify";
import { mutabilityLabels } from "../shared/repositorySettings";
import { isRestored, restoredOfText, restoreTotalsText } from "../shared/restoreTotals";
import { targetName } from "../shared/signIn/SignInModal";
import { undoneText } from "../shared/undo/undoTexts";
import { type Page, pageTitles } from "./routes";
import { reading, shown } from "./silentCommands";

/** What notifications offer beside closing them. */
export interface AnnouncementActions {
  /** The page that is shown. A notification doesn't offer to open it. */
  readonly page: Page | null;
  readonly openPage: (page: keyof typeof pageTitles) => void;
  readonly openRepository: (connection: AwsConnection, name: string) => void;
  /** Opens an exported file in the program that the system has for it. */
  readonly openFile: (path: string) => void;
  /** Calls the backend again, for example to undo, and shows the error if it fails. */
  readonly undo: (work: (backend: Backend) => Promise<unknown>) => void;
}

/** Returns the notification of a finished command, or `null` if it changed nothing. */
type Announce<Name extends keyof Commands> = (
  args: Parameters<Commands[Name]>,
  answer: Awaited<ReturnType<Commands[Name]>>,
  actions: AnnouncementActions,
) => Notice | null;

/**
 * Why a command has no notification of its own. `reads`: it changes nothing that the user keeps.
 * `shown`: the screen shows its effect at once. `caller`: it is one step of an action, and the caller
 * announces the whole.
 */
type Unannounced = "reads" | "shown" | "caller";

type Announcements = { readonly [Name in keyof Commands]?: Announce<Name> | Unannounced };

function success(header: string, text?: string, action?: Notice["action"]): Notice {
  return { type: "success", header, text, action };
}

function open(
  page: keyof typeof pageTitles,
  actions: AnnouncementActions,
): Notice["action"] | undefined {
  return actions.page === page
    ? undefined
    : { text: `Open ${pageTitles[page]}`, onClick: () => actions.openPage(page) };
}

/** Opens an exported file. */
function openFile(path: string, actions: AnnouncementActions): Notice["action"] {
  return { text: "Open", onClick: () => actions.openFile(path) };
}

/** Adds what a notification is about. Later ones about the same thing replace it. */
function about(notice: Notice, ...things: readonly string[]): Notice {
  return { ...notice, about: things };
}

/** What a deletion did: repositories, or images, or a tag. */
function deletionNotice({ planned, deleted, repositories, stopped }: DeletionReport): Notice {
  const [wanted, done, one, many] =
    planned.repositories > 0
      ? ([planned.repositories, deleted.repositories, "repository", "repositories"] as const)
      : planned.images > 0
        ? ([planned.images, deleted.images, "image", "images"] as const)
        : ([planned.tags, deleted.tags, "tag", "tags"] as const);
  const only = repositories.length === 1 ? repositories[0]?.name : undefined;
  const from = only !== undefined && planned.repositories === 0 ? ` from ${only}` : "";
  const images =
    planned.repositories > 0 && deleted.images > 0
      ? `${formatCounted(deleted.images, "image", "images")} deleted.`
      : undefined;
  if (done < wanted) {
    const text = [stopped && "You stopped the deletion.", images].filter(Boolean).join(" ");
    return {
      type: "warning",
      header: `${formatCount(done)} of ${formatCounted(wanted, one, many)} deleted${from}`,
      ...(text === "" ? {} : { text }),
    };
  }
  return success(
    only !== undefined && planned.repositories > 0
      ? `Repository ${only} deleted`
      : `${formatCounted(done, one, many)} deleted${from}`,
    images,
  );
}

function all<Names extends readonly (keyof Commands)[]>(names: Names, why: Unannounced) {
  return Object.fromEntries(names.map((name) => [name, why])) as Record<Names[number], Unannounced>;
}

const registryChangeTitles: Record<RegistryChange["kind"], string> = {
  scanning: "Scanning set",
  replication: "Replication set",
  cache_rule_create: "Cache rule created",
  cache_rule_login: "Cache rule changed",
  cache_rule_delete: "Cache rule deleted",
  template_create: "Template created",
  template_change: "Template changed",
  template_delete: "Template deleted",
  blob_mounting: "Blob mounting changed",
  policy: "Registry policy changed",
  signing: "Signing set",
  exclusion_add: "Role excluded from pull times",
  exclusion_remove: "Exclusion removed",
};

export const announcements: Announcements = {
  ...all(reading, "reads"),
  ...all(shown, "shown"),
  // A deleted profile can be restored.
  ...all(["savedProfileDelete"], "caller"),

  savedProfileSave: (_, { name, is_default }, actions) =>
    success(
      `Profile “${name}” saved`,
      is_default ? "It is the default in the wizard." : undefined,
      open("profiles", actions),
    ),
  savedProfilesExport: ([ids, path], _, actions) =>
    success(
      `${formatCounted(ids.length, "profile", "profiles")} exported`,
      `${path}. The file contains no secrets.`,
      openFile(path, actions),
    ),
  savedProfilesImport: (_, added, actions) =>
    added.length === 0
      ? { type: "info", header: "The file contains no profiles" }
      : success(
          `${formatCounted(added.length, "profile", "profiles")} imported`,
          added.map(({ name }) => `“${name}”`).join(", "),
          open("profiles", actions),
        ),
  imageScanStart: ([, name]) => success(`Scan of an image of ${name} started`),
  migrationPlanExport: ([, path], _, actions) =>
    success("Plan saved", path, openFile(path, actions)),
  migrationReportExport: ([, , path], _, actions) =>
    success("Report exported", path, openFile(path, actions)),
  nameFileExport: ([, , , path], _, actions) =>
    success("File saved", path, openFile(path, actions)),
  imageAttestationExport: ([, , , path], _, actions) =>
    success("File saved", path, openFile(path, actions)),
  nameClientFileApply: ([request, connection, file], files, actions) =>
    about(
      success("File installed", files.find(({ id }) => id === file)?.path, {
        text: "Undo",
        onClick: () =>
          actions.undo((backend) => backend.nameClientFileUndo(request, connection, file)),
      }),
      `client file ${file}`,
    ),
  nameClientFileUndo: ([, , file], files) =>
    about(
      success("Previous file restored", files.find(({ id }) => id === file)?.path),
      `client file ${file}`,
    ),

  awsMfaSubmit: ([connection]) => success(`Signed in with ${signerName(connection)}`),
  signInWait: (_, outcome) => (outcome === "signed_in" ? success("Signed in to AWS") : null),
  ssoSignOut: ([target]) => success(`Signed out of ${targetName(target)}`),
  awsProfileAdd: ([{ name }]) => success(`Profile ${name} added to the AWS configuration`),
  clientLoginApply: ([connection, client, method], { registry }, actions) =>
    about(
      success(
        method.kind === "ecr_helper"
          ? `${clientNames[client]} set up for ECR`
          : `${clientNames[client]} logged in to ECR`,
        registry,
        {
          text: "Undo",
          onClick: () => actions.undo((backend) => backend.clientLoginUndo(connection, client)),
        },
      ),
      `login ${client} ${registry}`,
    ),
  clientLoginUndo: ([, client], { registry }) =>
    about(
      success(`Previous login of ${clientNames[client]} restored`),
      `login ${client} ${registry}`,
    ),
  sourceLogin: ([{ source, username }]) => success(`Signed in as ${username}`, sourceLabel(source)),
  sourceLogout: ([source]) => success("Signed out", sourceLabel(source)),

  migrationUndo: (_, report, actions) => {
    const { left, cancelled, journal_error } = report;
    const failed = journal_error !== null || left.some(({ why }) => why.kind === "failed");
    return {
      type: cancelled || failed ? "warning" : "success",
      header: cancelled
        ? "Undo stopped"
        : failed
          ? "Undo completed with errors"
          : "Migration undone",
      text: undoneText(report),
      action: open("history", actions),
    };
  },
  historyDelete: ([migration]) =>
    about(success("Migration deleted from history"), `migration ${migration}`),
  historyVerify: (_, { summary }) =>
    summary.status === "success"
      ? success("Verified: all digests match")
      : { type: "warning", header: `Verified: ${summary.title}`, text: summary.text },

  registryOfferAccept: ([connection, offer]) =>
    success(
      {
        blob_mounting: "Blob mounting turned on",
        create_on_push: "Repository creation template added",
        pull_through_cache: "Pull through cache rule added",
      }[offer.kind],
      signerName(connection),
    ),
  // The dialog stays open and shows the images that ECR did not move.
  repositoryImagesArchive: ([, name, , isArchived], { changed, unchanged }) =>
    unchanged.length > 0
      ? null
      : success(
          `${formatCounted(changed, "image", "images")} ${isArchived ? "archived" : "being restored"}`,
          name,
        ),
  imageTagAdd: ([connection, name, digest, tag, movesFrom], { undo }, actions) =>
    about(
      success(
        `Tag ${tag} ${movesFrom === null ? "added" : "moved"}`,
        `${name}:${tag} now points to ${shortDigest(digest)}.`,
        undo === null
          ? undefined
          : {
              text: "Undo",
              onClick: () =>
                actions.undo((backend) =>
                  backend.imageTagUndo(connection, name, digest, tag, undo),
                ),
            },
      ),
      `tag ${name}:${tag}`,
    ),
  imageTagUndo: ([, name, , tag, undo]) =>
    about(
      success(
        undo.kind === "remove" ? `Tag ${tag} removed` : `Tag ${tag} moved back`,
        undo.kind === "remove"
          ? `From ${name}. The image keeps its other tags.`
          : `${name}:${tag} points to ${shortDigest(undo.to)} again.`,
      ),
      `tag ${name}:${tag}`,
    ),
  repositoryMutabilitySet: ([, name, { tag_mutability, exclusion_filters }]) =>
    success(
      `Tag mutability of ${name} set`,
      [mutabilityLabels[tag_mutability], ...exclusion_filters].join(", "),
    ),
  registryChange: ([connection, change]) =>
    success(registryChangeTitles[change.kind], signerName(connection)),
  repositoryCreate: ([connection, name], _, actions) =>
    about(
      success(`Repository ${name} created`, undefined, {
        text: "Open",
        onClick: () => actions.openRepository(connection, name),
      }),
      `repository ${name}`,
    ),
  deletionRun: (_, report) =>
    about(
      deletionNotice(report),
      ...report.repositories.flatMap(({ name, repository_deleted }) =>
        repository_deleted ? [`repository ${name}`] : [],
      ),
    ),
  restoreRun: (_, { planned, restored, failed, stopped }) =>
    isRestored(restored, planned) && failed.length === 0
      ? success(`${restoreTotalsText(restored)} restored`)
      : {
          type: "warning",
          header: `${restoredOfText(restored, planned)} restored`,
          ...(stopped
            ? { text: "You stopped the restore." }
            : restored.images < planned.images
              ? {}
              : failed.every(({ error }) => error.code === "destination_moved")
                ? { text: "Some tags point to other images now, and weren’t restored." }
                : { text: "Some tags weren’t restored." }),
        },
  lifecyclePolicySet: ([, name]) => success(`Lifecycle policy of ${name} set`),
  repositoryPolicySet: ([, name]) => success(`Policy of ${name} set`),
  repositoryPolicyRemove: ([, name]) => success(`Policy of ${name} removed`),
  lifecyclePolicyRemove: ([, name]) => success(`Lifecycle policy of ${name} removed`),

  practiceReset: () => success("Practice mode was reset"),
  practiceExamplesCreate: (_, names) =>
    success(`${formatCounted(names.length, "example repository", "example repositories")} added`),
  practiceTagMove: ([repository, tag, to]) =>
    success("Tag moved", `${repository}:${tag} now points to the image of ${to}.`),
};

/** The backend whose finished commands are announced. */
export function withAnnouncements(
  backend: Backend,
  notify: (notice: Notice) => void,
  actions: () => AnnouncementActions,
): Backend {
  return new Proxy(backend, {
    get(target, name) {
      const method = Reflect.get(target, name);
      const announce = announcements[name as keyof Commands];
      if (typeof announce !== "function" || typeof method !== "function") {
        return method;
      }
      return async (...args: unknown[]) => {
        const answer = await method(...args);
        const notice = (announce as unknown as (...values: unknown[]) => Notice | null)(
          args,
          answer,
          actions(),
        );
        if (notice !== null) {
          notify(notice);
        }
        return answer;
      };
    },
  });
}
