import type { FileEntry, FileKind } from "../../ipc/generated";

const letters: Partial<Record<FileKind, string>> = {
  directory: "d",
  symbolic_link: "l",
  hard_link: "h",
  character_device: "c",
  block_device: "b",
  pipe: "p",
};

/** Type and permissions as `ls -l` shows them, such as `drwxr-xr-x`. A dash for deletions. */
export function permissionText({ kind, mode }: Pick<FileEntry, "kind" | "mode">): string {
  if (kind === "deletion" || kind === "emptied") {
    return "–";
  }
  const triple = (shift: number, special: number, letter: string) => {
    const bits = mode >> shift;
    const execute = (bits & 1) !== 0;
    const last =
      (mode & special) === 0 ? (execute ? "x" : "-") : execute ? letter : letter.toUpperCase();
    return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${last}`;
  };
  return [
    letters[kind] ?? "-",
    triple(6, 0o4000, "s"),
    triple(3, 0o2000, "s"),
    triple(0, 0o1000, "t"),
  ].join("");
}
