import type { ErrorCode } from "../ipc/generated";
import { entry } from "./entry";
import type { ErrorEntry } from "./errorTable";

type EngineErrorCode = Extract<
  ErrorCode,
  `engine_${string}` | `client_${string}` | "stored_login_unreadable" | "login_untested"
>;

/** What goes wrong with the Docker Engine on this computer, and with the logins of its clients. */
export const engineErrors: Record<EngineErrorCode, ErrorEntry> = {
  engine_not_running: entry({
    title: "No Docker Engine is running",
    text: "Nothing answered at any of the addresses where a Docker Engine usually listens.",
    next: [
      "Start Docker Desktop, Rancher Desktop, Colima or Podman, or “sudo systemctl start docker” on Linux, then try again.",
      "Where the engine listens at another address, give it in the settings.",
      "Images of Docker Hub or another registry need no engine.",
    ],
    actions: ["retry", "open_settings", "choose_images"],
  }),
  engine_permission_denied: entry({
    title: "No permission to use the Docker Engine",
    text: "The engine is running, but your user may not open its socket or named pipe.",
    next: [
      "On Linux: “sudo usermod -aG docker $USER”, then log out and in again.",
      "On Windows: join the group docker-users, then sign out and in again.",
      "Or use an engine of your own user, such as rootless Docker or Podman, and give its address in the settings.",
    ],
    actions: ["retry", "open_settings", "choose_images"],
  }),
  engine_tls_failed: entry({
    title: "Couldn't connect to the Docker Engine over TLS",
    text: "A certificate of the engine, or one of this computer, cannot be used.",
    next: [
      "Check DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, or the Docker context: the folder has ca.pem, cert.pem and key.pem.",
      "“docker version” uses the same files and shows whether they work. Then try again.",
    ],
    actions: ["retry", "open_settings"],
  }),
  engine_context_invalid: entry({
    title: "The Docker context cannot be used",
    text: "The context that Docker is set to does not exist, or its file cannot be read.",
    next: [
      "“docker context ls” shows the contexts, “docker context use default” goes back to the usual one. Then try again.",
      "Or give the engine's address in the settings.",
    ],
    actions: ["retry", "open_settings"],
  }),
  engine_image_missing: entry({
    title: "The Docker Engine has no such image",
    text: "The image is not on this computer any more, or has another name.",
    next: [
      "“docker images” shows what is there. Choose the images again.",
      "Or copy the image from the registry that it came from.",
    ],
    actions: ["choose_images", "retry"],
  }),
  engine_failed: entry({
    title: "The Docker Engine failed",
    text: "The engine took the request and could not carry it out. The details hold its words.",
    next: [
      "Try again. When it stays, restart the engine and look at its log.",
      "A full disk is a common cause: “docker system df” shows what takes the space.",
    ],
    actions: ["retry", "open_log"],
  }),
  engine_push_failed: entry({
    title: "The Docker Engine's push ended with an error",
    text: "The engine began to push and reported an error on the way. The details hold its words.",
    next: [
      "Try again; layers that arrived are not sent twice.",
      "When the engine cannot reach ECR, check its own proxy settings: the engine pushes, not this window.",
    ],
    actions: ["retry", "choose_images", "open_log"],
  }),
  engine_content_missing: entry({
    title: "The Docker Engine does not hold all layers of the image",
    text: "The engine can run the image, but does not hold its layers as a registry needs them: it shares them with another image, they were removed, or it holds only other platforms than its own.",
    next: [
      "Copy the image from the registry that it was pulled from: that keeps its digest and every platform.",
      "Or remove every image that shares its layers, and pull it again.",
    ],
    actions: ["choose_images", "review_plan", "retry"],
  }),
  engine_platform_needed: entry({
    title: "Choose the platform to copy",
    text: "The Docker Engine holds several platforms of the image, but not the whole index, so it can push only one of them.",
    next: [
      "Choose one platform under “What comes along” in the Images step, or --platform on the command line.",
      "Or copy all platforms from the registry that the image was pulled from.",
    ],
    actions: ["choose_images"],
  }),
  client_login_failed: entry({
    title: "The login was not given to docker or Podman",
    text: "The program that keeps logins did not take it, or the configuration changed meanwhile.",
    next: [
      "Look again, and choose another way.",
      "A migration does not need this: Transload keeps its own login in memory.",
    ],
    actions: ["retry"],
  }),
  client_login_too_long: entry({
    severity: "warning",
    title: "The credential store cannot keep a login of this length",
    text: "Logins of ECR are longer than the 2,560 bytes that the store of Windows takes.",
    next: [
      "Set up docker-credential-ecr-login instead: it gets the login each time and stores none.",
      "A migration does not need this: Transload keeps its own login in memory.",
    ],
    actions: [],
  }),
  client_config_damaged: entry({
    title: "The configuration of docker or Podman cannot be read",
    text: "The file is not as docker writes it. It was left as it is.",
    next: (path) => [
      path === null ? "Repair the file, then try again." : `Repair ${path}, then try again.`,
    ],
    actions: ["retry"],
  }),
  stored_login_unreadable: entry({
    severity: "warning",
    title: "A stored login can't be read",
    text: "A login that docker or Podman stored cannot be read. Images are read without a login.",
    next: [
      "Public images need no login.",
      "For private images, sign in here, or repair the login with “docker login” or “podman login”.",
    ],
    actions: [],
  }),
  login_untested: entry({
    severity: "warning",
    title: "The login couldn't be tested",
    text: "The registry lets anyone in, so it is not known whether the user name and password are right.",
    next: [
      "The login is used until Transload closes. It was not saved in the keychain.",
      "If private images are not found, check the user name and password, and sign in again.",
    ],
    actions: [],
  }),
};
