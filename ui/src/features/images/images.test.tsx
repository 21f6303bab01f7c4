import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { type Backend, BackendProvider } from "../../ipc";
import { createFakeBackend, fakeError } from "../../ipc/fakeBackend";
import type { ApiError, AwsConnection, ImageInspection } from "../../ipc/generated";
import { accessibilityViolations } from "../../testing/accessibility";
import { ImagePage } from ".";
import { ImageConfiguration } from "./ImageConfiguration";
import { layerRows } from "./ImageLayers";
import { parseOther } from "./otherImage";

const connection: AwsConnection = { kind: "practice" };
const uri = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app";
/** The names of the references that were opened. */
const openedReferences: string[] = [];
const image = {
  repository: "team/app",
  uri,
  digest: `sha256:${"e".repeat(64)}`,
  tags: ["2.1", "latest"],
  pushedAtMs: Date.UTC(2026, 0, 2),
  pulledAtMs: null,
  ownReadAtMs: Date.UTC(2026, 0, 5),
  otherTags: ["2.0"],
  referencedBy: ["Image index 2.1-multi", "Signature sha256:aa"].map((name) => ({
    name,
    open: () => openedReferences.push(name),
  })),
};

function show(part: Partial<Backend> = {}) {
  const backend = Object.assign(createFakeBackend(), part);
  const onClose = vi.fn();
  const { container } = render(
    <BackendProvider backend={backend}>
      <ImagePage connection={connection} image={image} onClose={onClose} />
    </BackendProvider>,
  );
  return { backend, container, onClose };
}

async function openTab(container: HTMLElement, label: string): Promise<void> {
  await screen.findByTestId("image-tabs");
  const tabs = createWrapper(container).findTabs();
  const link = tabs?.findTabLinks().find((one) => one.getElement().textContent?.startsWith(label));
  act(() => link?.click());
}

const answer = () =>
  createFakeBackend().imageInspect({} as never, { platform: null, reveal: false });

describe("the page of an image", () => {
  it("keeps the files of a layer while another tab is shown, without a second download", async () => {
    const { backend, container } = show();
    await openTab(container, "Layers");
    fireEvent.click(await screen.findByTestId("layer-files-2"));
    await screen.findByTestId("layer-files");
    await openTab(container, "Configuration");
    await openTab(container, "Layers");
    expect(screen.getByTestId("layer-files")).toBeTruthy();
    expect(backend.calls.filter(({ method }) => method === "imageLayerFiles")).toHaveLength(1);
  });

  it("shows tags, platforms and pull commands by tag and by digest", async () => {
    const { container, onClose } = show();
    expect((await screen.findByTestId("image-facts")).textContent).toContain("latest");
    expect(container.textContent).toContain("linux/arm64");
    expect(screen.getByLabelText("Last pull of 2.1").closest("span")).not.toBeNull();
    expect(screen.getByTestId("image-facts").textContent).toContain("Never");
    expect(screen.getByTestId("image-facts").textContent).toContain(
      "Referenced byImage index 2.1-multi, Signature sha256:aa",
    );
    fireEvent.click(screen.getByLabelText("Open Signature sha256:aa"));
    expect(openedReferences).toEqual(["Signature sha256:aa"]);
    expect(container.textContent).toContain(`docker pull ${uri}:2.1`);
    expect(container.textContent).toContain(`docker pull ${uri}@sha256:${"e".repeat(64)}`);
    expect(await accessibilityViolations(container)).toEqual([]);
    fireEvent.click(screen.getByTestId("image-close"));
    expect(onClose).toHaveBeenCalled();
  });

  it("shows how each client pulls it, asked for when the tab is opened", async () => {
    const { container, backend } = show();
    await screen.findByTestId("image-tabs");
    expect(backend.calls.some(({ method }) => method === "pullGuides")).toBe(false);
    await openTab(container, "Pull");
    await screen.findByTestId("pull-guide-docker");
    const asked = backend.calls.find(({ method }) => method === "pullGuides");
    expect(asked?.args).toEqual([
      { repository: "team/app", reference: "2.1", name: null },
      connection,
    ]);
  });

  it("hides values that look like secrets until the user asks for them", async () => {
    const { container, backend } = show();
    await openTab(container, "Configuration");
    await screen.findByText("DB_PASSWORD");
    expect(container.textContent).not.toContain("correct-horse");
    await openTab(container, "Raw");
    expect(container.textContent).not.toContain("correct-horse");
    const toggle = createWrapper(container).findToggle('[data-testid="image-reveal"]');
    act(() => toggle?.findNativeInput().click());
    await waitFor(() => expect(container.textContent).toContain("correct-horse"));
    expect(backend.calls.filter(({ method }) => method === "imageInspect")).toHaveLength(2);
  });

  it.each([
    ["linux", null, "Userroot, because the image sets no user"],
    ["windows", null, "Userthe default of Windows, because the image sets no user"],
    ["windows", "ContainerUser", "UserContainerUser"],
  ])("says as which user an image for %s with the user %s runs", async (os, user, text) => {
    const { image } = await answer();
    if (image?.config == null) {
      throw new Error("The example has a configuration.");
    }
    const { container } = render(
      <ImageConfiguration image={{ ...image, config: { ...image.config, os, user } }} />,
    );
    expect(container.textContent).toContain(text);
  });

  it("shows hostile text as text", async () => {
    const found = await answer();
    const config = found.image?.config;
    config?.labels.push({
      name: "<img src=x onerror=alert(1)>",
      value: "\\x1b[31m",
      secret: false,
    });
    const revision = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    config?.labels.push({
      name: "org.opencontainers.image.revision",
      value: revision,
      secret: false,
    });
    const { container } = show({ imageInspect: async () => found });
    // It stays in one line.
    const shown = (await screen.findByLabelText("Copy revision")).closest(".copyable-line");
    expect(shown?.textContent).toContain(revision);
    await openTab(container, "Configuration");
    await screen.findByText("<img src=x onerror=alert(1)>");
    expect(container.querySelector("img[src=x]")).toBeNull();
  });

  it("reads another platform when it is chosen", async () => {
    const inspect = vi.fn(createFakeBackend().imageInspect);
    const { container } = show({ imageInspect: inspect });
    await screen.findByTestId("image-facts");
    const select = createWrapper(container).findSelect('[data-testid="image-platform"]');
    act(() => select?.openDropdown());
    act(() => select?.selectOptionByValue("linux/arm64"));
    await waitFor(() =>
      expect(inspect.mock.lastCall?.[1]).toEqual({ platform: "linux/arm64", reveal: false }),
    );
  });

  it("says why an image can't be read, and tries again", async () => {
    const missing: ApiError = {
      code: "image_missing",
      message: "The registry has no team/app.",
      hints: [],
      causes: [],
      retryable: false,
      subject: "team/app",
    };
    let failing = true;
    show({
      imageInspect: async () => {
        if (failing) {
          throw missing;
        }
        return answer();
      },
    });
    expect((await screen.findByTestId("error-alert")).textContent).toContain("Image not found");
    failing = false;
    fireEvent.click(screen.getByText("Retry"));
    await screen.findByTestId("image-facts");
  });
});

describe("the supply chain of an image", () => {
  it("lists documents, and shows packages, provenance, and signatures when they are opened", async () => {
    const { container, backend } = show();
    await openTab(container, "Supply chain");
    expect((await screen.findByTestId("attachments-table")).textContent).toContain("not verified");
    expect(backend.calls.some(({ method }) => method === "imageAttestation")).toBe(false);
    fireEvent.click(screen.getByTestId("attachment-sbom"));
    expect((await screen.findByTestId("packages-table")).textContent).toContain("openssl");
    const filter = createWrapper(container).findTextFilter('[data-testid="packages-search"]');
    act(() => filter?.findInput().setInputValue("zlib"));
    await waitFor(() =>
      expect(screen.getByTestId("packages-table").textContent).not.toContain("openssl"),
    );
    expect(await accessibilityViolations(container)).toEqual([]);
    fireEvent.click(screen.getByTestId("attachment-provenance"));
    expect((await screen.findByTestId("provenance")).textContent).toContain("cafe");
    expect(container.textContent).toContain("Hidden");
    fireEvent.click(screen.getByTestId("attachment-signature"));
    expect((await screen.findByTestId("signature")).textContent).toContain("Present, not verified");
    expect(screen.getByTestId("attestation-other").textContent).toContain("About another image");
  });

  it("says why a document isn't shown, and saves it to a file", async () => {
    const tooLarge = fakeError("document_too_large", "The document has 60 MB.");
    const failed = fakeError("disk_full", "The disk is full.");
    const saved = vi.fn<Backend["imageAttestationExport"]>();
    saved.mockRejectedValueOnce(failed).mockResolvedValueOnce();
    const { container, backend } = show({
      imageAttestation: async () => Promise.reject(tooLarge),
      savePathChoose: vi.fn(async () => "/home/me/sbom.json"),
      imageAttestationExport: saved,
    });
    await openTab(container, "Supply chain");
    fireEvent.click(await screen.findByTestId("attachment-sbom"));
    expect((await screen.findByTestId("error-alert")).textContent).toContain("has 60 MB.");
    expect(screen.queryByTestId("packages-table")).toBeNull();
    fireEvent.click(screen.getByTestId("error-action-save_document"));
    expect(screen.getByTestId("document-saving")).toBeTruthy();
    expect(screen.queryByTestId("error-action-save_document")).toBeNull();
    await screen.findByText("The disk is full.");
    expect(backend.savePathChoose).toHaveBeenCalledWith("sbom-555555555555.json");
    expect(await accessibilityViolations(container)).toEqual([]);
    const alerts = screen.getAllByTestId("error-alert");
    fireEvent.click(within(alerts[1] as HTMLElement).getByText("Retry"));
    await waitFor(() => expect(screen.queryByText("The disk is full.")).toBeNull());
    await waitFor(() => expect(screen.queryByTestId("document-saving")).toBeNull());
    const digest = `sha256:${"5".repeat(64)}`;
    const location = { source: { kind: "ecr", connection }, repository: "team/app" };
    expect(saved).toHaveBeenLastCalledWith(
      expect.objectContaining(location),
      digest,
      digest,
      "/home/me/sbom.json",
    );
  });

  it("says what couldn't be read, and that there is nothing, each when it is so", async () => {
    let problems = ["Couldn't list referrers."];
    const { container } = show({
      imageSupplyChain: async () => ({ attachments: [], problems }),
    });
    await openTab(container, "Supply chain");
    expect((await screen.findByTestId("supply-problems")).textContent).toContain("referrers");
    expect(screen.getByTestId("supply-none").textContent).toContain("could be read");
    problems = [];
    fireEvent.click(screen.getByText("Retry"));
    await waitFor(() =>
      expect(screen.getByTestId("supply-none").textContent).toContain("has no attestations"),
    );
    expect(screen.queryByTestId("supply-problems")).toBeNull();
  });
});

describe("the layers of an image", () => {
  it("are shown with the lines that made them, or without lines if the history doesn't fit", async () => {
    const found = (await answer()) as ImageInspection & {
      image: NonNullable<ImageInspection["image"]>;
    };
    const rows = layerRows(found.image);
    expect(rows.map(({ layer, line }) => [layer?.number ?? null, line?.line])).toEqual([
      [1, "ADD rootfs.tar.gz /"],
      [2, "COPY . /app"],
      [null, 'CMD ["serve"]'],
    ]);
    const misfit = { ...found.image, history_fits: false };
    expect(layerRows(misfit).map(({ layer }) => layer?.number)).toEqual([1, 2]);

    const { container } = show({ imageInspect: async () => ({ ...found, image: misfit }) });
    await openTab(container, "Layers");
    expect((await screen.findByTestId("history-misfit")).textContent).toContain("doesn’t fit");
  });
});

describe("comparing images", () => {
  it("shows configuration, layers and platforms of another tag", async () => {
    const { container, backend } = show();
    await screen.findByTestId("image-facts");
    fireEvent.click(screen.getByTestId("image-compare"));
    const suggest = createWrapper(container).findAutosuggest('[data-testid="compare-tag"]');
    act(() => suggest?.setInputValue("2.0"));
    fireEvent.click(screen.getByTestId("compare-start"));
    const differences = await screen.findByTestId("compare-configuration");
    expect(differences.textContent).toContain("LOG_LEVEL");
    expect(differences.textContent).toContain("Hidden");
    const sides = screen.getByTestId("compare-sides").textContent;
    expect(sides).toContain("Left: team/app:2.1");
    expect(sides).toContain("Right: team/app:2.0");
    expect(screen.getByTestId("compare-bytes").textContent).toContain("6 MB");
    expect(screen.getByTestId("compare-packages").textContent).toContain("3.0.2");
    const call = backend.calls.find(({ method }) => method === "imageCompare");
    expect(call?.args[1]).toMatchObject({ repository: "team/app", reference: "2.0" });
    expect(await accessibilityViolations(container)).toEqual([]);
    fireEvent.click(screen.getByTestId("compare-close"));
    await screen.findByTestId("image-facts");
  });

  it.each([
    [true, false, "No SBOM on the right"],
    [false, true, "No SBOM on the left"],
    [false, false, "No SBOM on either side"],
  ])(
    "fills the other sections where an SBOM is missing (left %s, right %s)",
    async (left, right, words) => {
      const compare = createFakeBackend().imageCompare;
      const { container } = show({
        imageCompare: async (...images) => {
          const found = await compare(...images);
          const packages = { ...found.packages, changes: [], left_sbom: left, right_sbom: right };
          return { ...found, packages } as typeof found;
        },
      });
      await screen.findByTestId("image-facts");
      fireEvent.click(screen.getByTestId("image-compare"));
      const suggest = createWrapper(container).findAutosuggest('[data-testid="compare-tag"]');
      act(() => suggest?.setInputValue("2.0"));
      fireEvent.click(screen.getByTestId("compare-start"));
      expect((await screen.findByTestId("compare-no-packages")).textContent).toContain(words);
      expect(screen.getByTestId("compare-configuration").textContent).toContain("LOG_LEVEL");
      expect(screen.getByTestId("compare-bytes").textContent).toContain("6 MB");
    },
  );

  it("compares with the same tag of another registry, unless the reference has its own", () => {
    expect(parseOther("quay.io/team/app", "2.1")?.reference).toBe("2.1");
    expect(parseOther("quay.io/team/app:3", "2.1")?.reference).toBe("3");
  });

  it("takes a reference of another registry as Docker does", () => {
    const parsed = (text: string) => {
      const found = parseOther(text);
      const host = found?.source.kind === "registry" ? found.source.host : null;
      return found && [host, found.repository, found.reference];
    };
    const digest = `sha256:${"a".repeat(64)}`;
    for (const [text, expected] of [
      ["alpine:3.22", ["docker.io", "alpine", "3.22"]],
      ["team/app", ["docker.io", "team/app", "latest"]],
      ["quay.io/team/app:1", ["quay.io", "team/app", "1"]],
      ["localhost:5000/a/b", ["localhost:5000", "a/b", "latest"]],
      [`quay.io/team/app@${digest}`, ["quay.io", "team/app", digest]],
      [`quay.io/team/app:1@${digest}`, ["quay.io", "team/app", digest]],
      ["", null],
      ["quay.io/", null],
      ["quay.io/app:", null],
      ["quay.io/app@", null],
    ] as const) {
      expect(parsed(text), text).toEqual(expected);
    }
  });
});
