import type { Backend } from "../backend";
import type { FileEntry, FileKind, LayerFiles } from "../generated";

function entry(path: string, kind: FileKind, more: Partial<FileEntry> = {}): FileEntry {
  return {
    path,
    kind,
    size_bytes: 0,
    mode: 0o755,
    uid: 0,
    gid: 0,
    modified_at_ms: null,
    link: null,
    change: "added",
    ...more,
  };
}

function files(digest: string): LayerFiles {
  return {
    digest,
    source: "stream",
    read_bytes: 5_000_000,
    stopped: null,
    entries: [
      entry("app", "directory"),
      entry("app/server", "file", { size_bytes: 9_000_000 }),
      entry("app/latest", "symbolic_link", { link: "server", mode: 0o777 }),
      entry("etc/old.conf", "deletion", { change: "deleted" }),
      entry("\\x1b[31m../x<img src=x>", "file", { size_bytes: 12, mode: 0o4644 }),
    ],
  };
}

/** Fake calls for the files of layers. Layer 1 is too large to be downloaded without a question. */
export function fakeLayerFileMethods() {
  return {
    imageLayerFiles: async (_image, layer, limit) => {
      if (layer.startsWith("sha256:1") && limit !== null) {
        return { kind: "needs_download", download_bytes: 130_000_000 };
      }
      return { kind: "listed", files: files(layer), entry_count: 5, from_cache: false };
    },
    imageLayerChanges: async () => ({
      layers: [1, 2].map((number) => ({
        number,
        digest: `sha256:${String(number).repeat(64)}`,
        added: 120,
        changed: number - 1,
        deleted: 0,
        bytes: 9_000_000,
        hides_bytes: (number - 1) * 2_000_000,
      })),
      hidden_bytes: 2_000_000,
      hidden_files: [{ path: "var/cache/index", bytes: 2_000_000, in_layer: 1, hidden_by: 2 }],
      is_incomplete: false,
    }),
    imageLayerFilesCancel: async () => {},
  } satisfies Partial<Backend>;
}
