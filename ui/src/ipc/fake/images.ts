import type { Backend } from "../backend";
import type {
  Attachment,
  AttachmentKind,
  AttestationDocument,
  ConfigValue,
  ImageComparison,
  ImageInspection,
  ImageLayer,
  InspectedImage,
} from "../generated";
import { fakeImageStateMethods } from "./imageState";
import { fakeLayerFileMethods } from "./layerFiles";

const digest = (character: string) => `sha256:${character.repeat(64)}`;

function value(name: string, text: string | null, secret = false): ConfigValue {
  return { name, value: text, secret };
}

function layer(number: number, line: string, bytes: number): ImageLayer {
  return {
    number,
    digest: digest(String(number)),
    size_bytes: bytes,
    media_type: "application/vnd.oci.image.layer.v1.tar+gzip",
    diff_id: digest(String(number + 4)),
    line,
    title: null,
    foreign: false,
    annotations: [],
  };
}

const layers = [layer(1, "ADD rootfs.tar.gz /", 30_000_000), layer(2, "COPY . /app", 5_000_000)];
const revealedPassword = "correct-horse";

function fakeImage(reveal: boolean): InspectedImage {
  const password = reveal ? revealedPassword : null;
  return {
    digest: digest("a"),
    platform: "linux/amd64",
    media_type: "application/vnd.oci.image.manifest.v1+json",
    artifact_type: null,
    annotations: [],
    subject: null,
    content_bytes: 35_008_000,
    config_digest: digest("c"),
    config: {
      created_at_ms: Date.UTC(2026, 9, 1),
      fixed_date: false,
      author: null,
      os: "linux",
      os_version: null,
      architecture: "amd64",
      variant: null,
      user: null,
      working_dir: "/app",
      entrypoint: ["/usr/bin/tini", "--"],
      cmd: ["serve"],
      command_line: "/usr/bin/tini -- serve",
      env: [value("DB_PASSWORD", password, true), value("PATH", "/usr/local/bin:/usr/bin:/bin")],
      exposed_ports: ["8080/tcp"],
      volumes: [],
      labels: [value("org.opencontainers.image.version", "2.1.0")],
      stop_signal: null,
      healthcheck: null,
      shell: [],
      on_build: [],
      other: [],
    },
    config_problem: null,
    config_json: JSON.stringify({ config: { Env: [`DB_PASSWORD=${password ?? "***"}`] } }),
    layers,
    history: [
      ...layers.map(({ number, line }) => ({
        line: line ?? "",
        arguments: [],
        comment: null,
        created_at_ms: null,
        layer: number,
      })),
      {
        line: 'CMD ["serve"]',
        arguments: [],
        comment: null,
        created_at_ms: null,
        layer: null,
      },
    ],
    history_fits: true,
    manifest: JSON.stringify({ schemaVersion: 2 }),
  };
}

function fakeInspection(reveal: boolean): ImageInspection {
  const platform = (name: string, character: string, selected: boolean) => ({
    digest: digest(character),
    platform: name,
    os_version: null,
    media_type: "application/vnd.oci.image.manifest.v1+json",
    manifest_bytes: 1_024,
    annotations: [],
    selected,
  });
  return {
    digest: digest("e"),
    kind: "index",
    media_type: "application/vnd.oci.image.index.v1+json",
    manifest_bytes: 1_612,
    annotations: [],
    platforms: [platform("linux/amd64", "a", true), platform("linux/arm64", "b", false)],
    attestations: 2,
    manifest: JSON.stringify({ schemaVersion: 2, manifests: [] }),
    image: fakeImage(reveal),
    hidden_values: reveal ? 0 : 1,
  };
}

const side = (character: string, count: number) => ({
  digest: digest(character),
  image_digest: digest(character),
  platform: "linux/amd64",
  created_at_ms: null,
  content_bytes: 35_000_000,
  layers: count,
});

const comparison: ImageComparison = {
  left: side("a", 2),
  right: side("b", 3),
  identical: false,
  platforms: [{ platform: "linux/amd64", left: digest("a"), right: digest("b") }],
  configuration: [
    { section: "environment", name: "LOG_LEVEL", left: "info", right: "debug", hidden: false },
    { section: "environment", name: "DB_PASSWORD", left: null, right: null, hidden: true },
  ],
  layers: {
    common: 2,
    common_bytes: 35_000_000,
    removed: [],
    added: [layer(3, "RUN make", 6_000_000)],
    left_only_bytes: 0,
    right_only_bytes: 6_000_000,
  },
  packages: {
    left_sbom: true,
    right_sbom: true,
    changes: [{ package_type: "apk", name: "openssl", left: "3.0.1", right: "3.0.2" }],
    unchanged: 41,
    problem: null,
  },
};

const attachment = (kind: AttachmentKind, character: string): Attachment => ({
  kind,
  link: "index",
  manifest: digest(character),
  blob: digest(character),
  size_bytes: 40_000,
  media_type: "application/vnd.in-toto+json",
  predicate_type: kind === "sbom" ? "https://spdx.dev/Document" : null,
  subject: digest("a"),
  platform: "linux/amd64",
});

const noDocument: AttestationDocument = {
  predicate_type: null,
  subjects: [digest("a")],
  about_image: true,
  signature: null,
  sbom: null,
  provenance: null,
  text: null,
};

const documents: Record<string, AttestationDocument> = {
  [digest("5")]: {
    ...noDocument,
    sbom: {
      format: "SPDX-2.3",
      packages: ["busybox", "openssl", "zlib"].map((name) => ({
        package_type: "apk",
        name,
        version: "1.2.3",
        license: "MIT",
        purl: `pkg:apk/alpine/${name}@1.2.3`,
      })),
      package_count: 3,
      file_count: 12,
    },
  },
  [digest("6")]: {
    ...noDocument,
    provenance: {
      builder: "https://github.com/team/app/actions/runs/1",
      build_type: null,
      source: "https://github.com/team/app",
      revision: "cafe",
      entry_point: "Dockerfile",
      arguments: [value("build-arg:NPM_TOKEN", null, true)],
      materials: [{ uri: "pkg:docker/alpine@3.22", digest: digest("7"), image: true }],
      started_at_ms: null,
      finished_at_ms: null,
      reproducible: null,
    },
  },
  [digest("8")]: {
    ...noDocument,
    about_image: false,
    signature: { format: "cosign", signer: "me@example.com", issuer: null, signed_at_ms: null },
  },
};

/** Fake calls of the image pages. */
export function fakeImageMethods() {
  return {
    imageInspect: async (_image, options) => fakeInspection(options.reveal),
    imageCompare: async (left, right) =>
      left.reference === right.reference
        ? {
            ...comparison,
            identical: true,
            right: comparison.left,
            platforms: [],
            configuration: [],
            layers: { ...comparison.layers, added: [], right_only_bytes: 0 },
          }
        : comparison,
    imageSupplyChain: async () => ({
      attachments: [
        attachment("sbom", "5"),
        attachment("provenance", "6"),
        attachment("signature", "8"),
      ],
      problems: [],
    }),
    imageAttestation: async (_image, manifest) => documents[manifest] ?? noDocument,
    imageAttestationExport: async () => {},
    ...fakeLayerFileMethods(),
    ...fakeImageStateMethods(),
  } satisfies Partial<Backend>;
}
