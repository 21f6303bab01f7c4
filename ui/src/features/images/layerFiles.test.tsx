import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Backend, BackendProvider } from "../../ipc";
import { createFakeBackend } from "../../ipc/fakeBackend";
import type { ImageLocation, ListProgress } from "../../ipc/generated";
import { accessibilityViolations } from "../../testing/accessibility";
import { permissionText } from "./filePermissions";
import { ImageLayers } from "./ImageLayers";

const location: ImageLocation = {
  source: { kind: "ecr", connection: { kind: "practice" } },
  repository: "team/app",
  reference: "2.1",
};

async function show(part: Partial<Backend> = {}) {
  const backend = Object.assign(createFakeBackend(), part);
  const found = await backend.imageInspect(location, { platform: null, reveal: false });
  if (found.image === null) {
    throw new Error("the fake image has a platform");
  }
  const { container } = render(
    <BackendProvider backend={backend}>
      <ImageLayers image={found.image} location={location} />
    </BackendProvider>,
  );
  return { backend, container, image: found.image };
}

describe("the files of a layer", () => {
  it("are listed with kinds, permissions, and changes, and names are text", async () => {
    const { backend, container, image } = await show();
    fireEvent.click(screen.getByTestId("layer-files-2"));
    const text = (await screen.findByTestId("layer-files")).textContent;
    for (const part of [
      "app/server",
      "→ server",
      "Deletion",
      "Deleted",
      "lrwxrwxrwx",
      "-rwSr--r--",
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain("\\x1b[31m../x<img src=x>");
    expect(container.querySelector("img[src=x]")).toBeNull();
    const call = backend.calls.find(({ method }) => method === "imageLayerFiles");
    expect(call?.args.slice(0, 3)).toEqual([
      { ...location, reference: image.digest },
      image.layers[1]?.digest,
      50_000_000,
    ]);
    expect(await accessibilityViolations(container)).toEqual([]);
  });

  it("are in a table that says which other images share each layer", async () => {
    await show();
    const table = screen.getByTestId("image-layers");
    await waitFor(() => expect(table.textContent).toContain("2 images, 1 repository"));
    expect(table.textContent).toContain("Only here");
    expect(screen.getByTestId("base-guess").textContent).toContain("base-1");
  });

  it("are downloaded only after a question if the layer is large", async () => {
    const { backend } = await show();
    fireEvent.click(screen.getByTestId("layer-files-1"));
    expect((await screen.findByTestId("files-ask")).textContent).toContain("130 MB");
    fireEvent.click(screen.getByTestId("files-download"));
    await screen.findByTestId("layer-files");
    const limits = backend.calls
      .filter(({ method }) => method === "imageLayerFiles")
      .map(({ args }) => args[2]);
    expect(limits).toEqual([50_000_000, null]);
  });

  it("show progress, and stop", async () => {
    let report: (progress: ListProgress) => void = () => {};
    const { backend } = await show({
      imageLayerFiles: (_image, _layer, _limit, _attempt, onProgress) => {
        report = onProgress;
        return new Promise(() => {});
      },
    });
    fireEvent.click(screen.getByTestId("layer-files-2"));
    await screen.findByTestId("listing-stop");
    act(() => report({ layer: 2, layers: 2, read_bytes: 2_000_000, total_bytes: 5_000_000 }));
    const bar = createWrapper().findProgressBar('[data-testid="listing-progress"]');
    expect(bar?.getElement().textContent).toContain("2 MB of 5 MB");
    fireEvent.click(screen.getByTestId("listing-stop"));
    await screen.findByTestId("files-stopped");
    expect(backend.calls.some(({ method }) => method === "imageLayerFilesCancel")).toBe(true);
  });

  it("are compared over all layers on request", async () => {
    const { container } = await show();
    fireEvent.click(screen.getByTestId("changes-start"));
    const changes = await screen.findByTestId("layer-changes");
    expect(changes.textContent).toContain("2 MB of files are overwritten or deleted");
    expect(changes.textContent).toContain("var/cache/index");
    expect(await accessibilityViolations(container)).toEqual([]);
  });

  it("say why they can’t be listed, and try again", async () => {
    let failing = true;
    const listed = createFakeBackend().imageLayerFiles;
    await show({
      imageLayerFiles: async (...args) => {
        if (failing) {
          throw {
            code: "image_missing",
            message: "The registry has no such layer.",
            hints: [],
            causes: [],
            retryable: false,
            subject: null,
          };
        }
        return listed(...args);
      },
    });
    fireEvent.click(screen.getByTestId("layer-files-2"));
    expect((await screen.findByTestId("error-alert")).textContent).toContain("no such layer");
    failing = false;
    fireEvent.click(screen.getByText("Retry"));
    await waitFor(() => screen.getByTestId("layer-files"));
  });
});

describe("permissions", () => {
  it.each([
    ["file", 0o644, "-rw-r--r--"],
    ["directory", 0o1777, "drwxrwxrwt"],
    ["file", 0o4711, "-rws--x--x"],
    ["file", 0o2640, "-rw-r-S---"],
    ["deletion", 0o644, "–"],
  ] as const)("of a %s with mode %d are %s", (kind, mode, text) => {
    expect(permissionText({ kind, mode })).toBe(text);
  });
});
