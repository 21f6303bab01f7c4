/** The texts of the help panel: one paragraph for each screen, and pages that explain more. */
import type { HelpTopic } from "../shared/help";

interface HelpText {
  readonly title: string;
  readonly text: string;
  /** Pages of sites that `link_open` allows. */
  readonly links: readonly { readonly text: string; readonly url: string }[];
}

const ecr = "https://docs.aws.amazon.com/AmazonECR/latest/userguide";
const cli = "https://docs.aws.amazon.com/cli/latest/userguide";

const links = {
  what: { text: "What is Amazon ECR?", url: `${ecr}/what-is-ecr.html` },
  repositories: { text: "Amazon ECR private repositories", url: `${ecr}/Repositories.html` },
  immutability: { text: "Image tag mutability", url: `${ecr}/image-tag-mutability.html` },
  lifecycle: { text: "Lifecycle policies", url: `${ecr}/LifecyclePolicies.html` },
  policies: { text: "Repository policies", url: `${ecr}/repository-policies.html` },
  login: { text: "Private registry authentication", url: `${ecr}/registry_auth.html` },
  quotas: { text: "Amazon ECR service quotas", url: `${ecr}/service-quotas.html` },
  permissions: {
    text: "IAM policy examples for Amazon ECR",
    url: `${ecr}/security_iam_id-based-policy-examples.html`,
  },
  imageDetails: { text: "Viewing image details", url: `${ecr}/image-info.html` },
  scanning: { text: "Image scanning", url: `${ecr}/image-scanning.html` },
  registry: { text: "Private registry settings", url: `${ecr}/registry-settings.html` },
  replication: { text: "Private image replication", url: `${ecr}/replication.html` },
  pullTimes: {
    text: "Pull-time update exclusions",
    url: `${ecr}/pull-time-update-exclusions.html`,
  },
  cacheRules: { text: "Pull through cache rules", url: `${ecr}/pull-through-cache.html` },
  deleteImage: { text: "Deleting an image", url: `${ecr}/delete_image.html` },
  deleteRepository: { text: "Deleting a repository", url: `${ecr}/repository-delete.html` },
  pull: { text: "Pulling an image", url: `${ecr}/docker-pull-ecr-image.html` },
  multiArchitecture: {
    text: "Multi-architecture images",
    url: `${ecr}/docker-push-multi-architecture-image.html`,
  },
  endpoints: { text: "VPC endpoints for Amazon ECR", url: `${ecr}/vpc-endpoints.html` },
  files: { text: "Configuration and credential files", url: `${cli}/cli-configure-files.html` },
  identityCenter: {
    text: "IAM Identity Center in the AWS CLI",
    url: `${cli}/cli-configure-sso.html`,
  },
  proxy: { text: "HTTP proxies in the AWS CLI", url: `${cli}/cli-configure-proxy.html` },
  regions: {
    text: "Amazon ECR Regions and endpoints",
    url: "https://docs.aws.amazon.com/general/latest/gr/ecr.html",
  },
  hubTokens: {
    text: "Docker Hub access tokens",
    url: "https://docs.docker.com/security/access-tokens/",
  },
  hubLimits: {
    text: "Docker Hub pull limits",
    url: "https://docs.docker.com/docker-hub/usage/pulls/",
  },
} as const;

export const helpTexts: Record<HelpTopic, HelpText> = {
  welcome: {
    title: "Transload",
    text: "Transload copies container images into Amazon ECR and verifies each copy by its digest. It shows a plan first, and makes no changes before you choose Start migration. To try it without an AWS account, start practice mode.",
    links: [links.what, links.quotas],
  },
  destination: {
    title: "Destination",
    text: "Choose the AWS profile and Region that the images are copied to. Transload reads the configuration files of the AWS CLI and verifies your identity before you continue. A saved profile also contains the ECR prefix and the settings of new repositories.",
    links: [links.files, links.identityCenter, links.regions],
  },
  images: {
    title: "Images",
    text: "Choose a source and the tags to copy. A tag that points to an index has several platforms; all of them are copied unless you limit them. Select by rules selects tags by name, version, or age. Signatures, attestations, and SBOMs are copied with their image.",
    links: [links.multiArchitecture, links.hubTokens, links.hubLimits],
  },
  names: {
    title: "Names",
    text: "Each source repository gets a name in ECR. Add a prefix or rename rules to change many names at once, or edit one name. Transload creates repositories that don’t exist, with the settings that you choose here. Existing repositories are unchanged.",
    links: [links.repositories, links.immutability, links.lifecycle, links.policies],
  },
  review: {
    title: "Review",
    text: "The plan lists every copy, new repository, and required permission. A conflict is a tag that points to another image in ECR: choose whether to keep, overwrite, or copy under a new tag. Nothing changes in AWS until you choose Start migration.",
    links: [links.permissions, links.login, links.quotas],
  },
  progress: {
    title: "Migration",
    text: "Images are copied in the background, also while you use other pages. Pause and Stop let current transfers finish. A failed image doesn’t stop the others. After the migration, every digest in ECR is compared with the source. Resume copies what is missing.",
    links: [links.pull, links.quotas],
  },
  repositories: {
    title: "Repositories",
    text: "The private repositories of this account and Region. Open a repository to see its images, policies, and settings. Preferences add columns, such as the cost per month; lifecycle policies and AWS tags are read only for the rows in sight. Before a repository is deleted, Transload lists every image that it contains.",
    links: [links.repositories, links.deleteRepository, links.deleteImage],
  },
  repository: {
    title: "Repository",
    text: "Each row is one thing that was pushed. Open an index to see its platforms, attestations, and signatures. Sizes count shared layers once, and have a “≤” until every manifest was read. Transload reads each manifest once, and shows the last pull from before its own read. Actions compares two images, or adds a tag to one: it says first whether the tag moves from another image. Settings changes whether tags can be moved.",
    links: [links.imageDetails, links.multiArchitecture, links.deleteImage],
  },
  pull_times: {
    title: "Pull times",
    text: "ECR may count the read of a manifest as a pull. Transload reads each manifest once, keeps the last pull before that, and shows it instead of its own read. A pull by someone else in the same seconds is not shown. Lifecycle policies use the times that ECR has. To keep your reads out of them, add your role to the pull time exclusions in the registry settings.",
    links: [links.pullTimes, links.lifecycle],
  },
  clean_up: {
    title: "Clean-up",
    text: "Each class contains images that can be deleted, with the bytes that this really frees. Images that run, that were pulled or pushed lately, that have a protected tag, or that an index lists are kept. Nothing is deleted before you review the images and confirm. History can undo a deletion as long as ECR has the layers.",
    links: [links.deleteImage, links.lifecycle],
  },
  lifecycle: {
    title: "Lifecycle policy",
    text: "ECR deletes or archives images by these rules. The effects are computed on this computer while you type. Before you can set a policy, ECR computes a preview of exactly this text. ECR then applies the policy within 24 hours.",
    links: [links.lifecycle],
  },
  access: {
    title: "Repository policy",
    text: "A repository policy allows or denies other accounts, organizations, and AWS services the use of one repository. IAM policies of this account apply too, and a denial counts more than every permission. Showing the policy requires ecr:GetRepositoryPolicy, setting it ecr:SetRepositoryPolicy, and removing it ecr:DeleteRepositoryPolicy. ECR refuses a policy that would lock you out.",
    links: [links.policies, links.permissions],
  },
  image: {
    title: "Image",
    text: "The manifest and configuration of an image: how it was built, how it starts, what is attached to it, and what a scan found. Values that look like secrets are hidden until you show them. Signatures are listed, not verified. No layer is downloaded before you list its files.",
    links: [links.imageDetails, links.scanning, links.pull],
  },
  comparison: {
    title: "Compare images",
    text: "Compares the image with another tag of its repository, or with an image of another registry: platforms, configuration, layers, and the packages of their SBOMs. No layer is downloaded.",
    links: [links.imageDetails],
  },
  storage: {
    title: "Storage",
    text: "The size of each repository with shared layers counted once, and its cost per month. The picture and the table show the same numbers. Select a part of the picture to open it, and press Esc to go back.",
    links: [links.repositories, links.quotas],
  },
  activity: {
    title: "Activity",
    text: "How many images of each repository were last pulled in which month. Images that nobody pulls are in the clean-up of their repository.",
    links: [links.imageDetails],
  },
  find: {
    title: "Find images",
    text: "Searches tags and digests in the lists of images on this computer, without a call to AWS. List all images updates the lists of all repositories, and can be stopped and resumed.",
    links: [links.imageDetails],
  },
  registry_settings: {
    title: "Registry settings",
    text: "Settings of the whole registry in this Region: scanning, replication, pull through cache rules, templates, and exclusions. Each change is shown before it is made. A setting that your identity can’t read names the missing permission.",
    links: [links.registry, links.replication, links.cacheRules, links.scanning],
  },
  history: {
    title: "History",
    text: "Every migration of this computer with its digests, and every deletion, changed tag, and archived image. Resume continues an interrupted migration. Run again creates a new plan for the same images. Undo shows what it would delete in ECR before it deletes anything.",
    links: [links.deleteImage],
  },
  report: {
    title: "Report",
    text: "The result of each image with its digests. Verify again compares the digests with ECR as it is now, and replaces the status. Export the report as Markdown, CSV, HTML, or JSON.",
    links: [links.pull, links.deleteImage],
  },
  profiles: {
    title: "Saved profiles",
    text: "A saved profile contains the choices of the wizard: AWS profile, Region, ECR prefix, rename rules, settings of new repositories, and source. It contains no secrets, so you can export it and share the file. The default profile is selected in a new migration.",
    links: [links.files, links.repositories],
  },
  friendly_name: {
    title: "Friendly name",
    text: "ECR shows a certificate for its own name only, so a DNS entry alone can’t give it another one. Diagnose a name to find out what each client can do with it. Then choose a reverse proxy, renaming on the clients, or the name of ECR in one place, and generate the files.",
    links: [links.login, links.pull, links.endpoints],
  },
  settings: {
    title: "Settings",
    text: "Changes are saved automatically. Transload uses the AWS configuration, the Docker Engine, and the proxy of this computer. Credentials are stored only in the system keychain, and only if you choose so.",
    links: [links.identityCenter, links.login],
  },
  network: {
    title: "Network",
    text: "Transload uses the proxy of this computer and its certificate authorities. Add a file with certificate authorities if a proxy inspects TLS connections. A clock that is wrong by more than five minutes makes AWS reject requests.",
    links: [links.proxy, links.endpoints],
  },
  practice: {
    title: "Practice mode",
    text: "Practice mode runs a registry with the API of Amazon ECR and a Docker Hub account inside Transload. It makes no changes to AWS and uploads nothing. Reset practice mode to start again.",
    links: [links.what],
  },
};
