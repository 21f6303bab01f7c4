import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { FakeOptions } from "../../ipc/fakeBackend";
import type { CheckResult } from "../../ipc/generated";
import { byId, click, find, openWindow } from "../../testing/window";
import { checkRows, diagnosisRequest, initialFriendlyName, splitImage } from "./friendlyNameState";

async function openPage(options: FakeOptions = {}) {
  const backend = openWindow(options);
  if (options.startedInPractice) {
    // The wizard verified the identity, so the window has a connection.
    await byId("identity-account");
  }
  fireEvent.click(await find('a[href="#friendlyName"]'));
  return backend;
}

async function enter(id: string, text: string) {
  const field = within(await byId(id)).getByRole("textbox");
  fireEvent.change(field, { target: { value: text } });
}

describe("friendly name", () => {
  it("asks for an upload only with the token and an image", () => {
    const state = { ...initialFriendlyName, name: " registry.example.com ", withUpload: true };
    for (const [withLogin, image, upload] of [
      [false, "", false],
      [true, "", false],
      [false, "team/app:1.0", false],
      [true, "team/app:1.0", true],
    ] as const) {
      const request = diagnosisRequest({ ...state, withLogin, image });
      expect(request.with_upload).toBe(upload);
      expect(request.name).toBe("registry.example.com");
    }
  });

  it("keeps the place of every check while answers arrive", () => {
    const result = { check: "layer", state: "passed" } as CheckResult;
    const rows = checkRows([result]);
    expect(rows).toHaveLength(12);
    expect(rows.map(({ result: one }) => one !== null).indexOf(true)).toBe(7);
  });

  it("explains a CNAME and sends no token without consent", async () => {
    const backend = await openPage();
    await enter("friendly-name", "cname.example.com");
    await click("friendly-name-diagnose");
    const headline = await byId("diagnosis-headline");
    expect(headline.textContent).toContain("The name points straight at ECR.");
    expect(headline.textContent).toContain("Your ECR token was not sent.");
    expect((await byId("check-dns")).textContent).toContain("Put a reverse proxy");
    const call = backend.calls.find(({ method }) => method === "nameDiagnose");
    expect(call?.args.slice(0, 2)).toMatchObject([{ with_login: false }, null]);
    // The result is kept while another page is open.
    fireEvent.click(await find('a[href="#history"]'));
    fireEvent.click(await find('a[href="#friendlyName"]'));
    expect((await byId("diagnosis-headline")).textContent).toContain("points straight at ECR");
  });

  it("cancels a diagnosis, keeps the checks that ended, and can start again", async () => {
    let answer: (diagnosis: null) => void = () => {};
    const backend = await openPage({
      answers: {
        nameDiagnose: (_request, _connection, _attempt, onProgress) => {
          onProgress({
            check: "dns",
            state: "passed",
            message: "It resolves.",
            details: [],
            next: null,
          } as unknown as CheckResult);
          return new Promise<null>((resolve) => {
            answer = resolve;
          });
        },
        nameDiagnoseCancel: async () => answer(null),
      },
    });
    expect(screen.queryByTestId("friendly-name-cancel")).toBeNull();
    await enter("friendly-name", "registry.example.com");
    await click("friendly-name-diagnose");
    await click("friendly-name-cancel");
    expect((await byId("diagnosis-canceled")).textContent).toContain("after 1 check.");
    expect((await byId("check-dns")).textContent).toContain("It resolves.");
    const named = backend.calls.find(({ method }) => method === "nameDiagnose")?.args[2];
    const canceled = backend.calls.find(({ method }) => method === "nameDiagnoseCancel")?.args[0];
    expect(canceled).toBe(named);
    await waitFor(() => expect(screen.queryByTestId("friendly-name-cancel")).toBeNull());
    await click("friendly-name-diagnose");
    await byId("friendly-name-cancel");
    expect(screen.queryByTestId("diagnosis-canceled")).toBeNull();
  });

  it("recommends the answer of the situation, with what it does not do", async () => {
    await openPage();
    fireEvent.click(await screen.findByText("Choose an answer"));
    await enter("answers-name", "registry.example.com");
    await enter("answers-registry", "111122223333.dkr.ecr.eu-west-1.amazonaws.com");
    const proxy = await byId("answer-reverse_proxy");
    expect(proxy.textContent).toContain("Recommended");
    expect(proxy.textContent).toContain("Who could then pull");
    fireEvent.click(await find('input[value="own_nodes"]'));
    const rename = await byId("answer-rename_on_clients");
    await waitFor(() => expect(rename.textContent).toContain("Recommended"));
    expect((await byId("name-warnings")).textContent).toContain("registry-mirrors");
  });

  it("saves a file, installs one of this computer, and undoes it", async () => {
    const backend = await openPage();
    fireEvent.click(await screen.findByText("Generate files"));
    await enter("answers-name", "registry.example.com");
    await enter("answers-registry", "111122223333.dkr.ecr.eu-west-1.amazonaws.com");
    expect((await byId("file-text")).textContent).toContain("proxy_redirect");
    await click("file-save");
    await waitFor(() =>
      expect(backend.calls.some(({ method }) => method === "nameFileExport")).toBe(true),
    );
    await click("client-file-registries_conf-install");
    await click("client-file-registries_conf-undo");
    await byId("client-file-registries_conf-install");
  });

  it("shows how every client pulls, and checks the four prerequisites", async () => {
    await openPage({ startedInPractice: true });
    fireEvent.click(await screen.findByText("Pull from anywhere"));
    expect(screen.queryByTestId("pull-client")).toBeNull();
    await enter("pull-image", "team/app:1.0");
    const guide = await byId("pull-guide-docker");
    expect(guide.textContent).toContain("docker pull");
    await click("pull-prerequisites-check");
    await waitFor(async () =>
      expect((await byId("pull-prerequisites")).textContent).toContain("Not logged in: docker."),
    );
  });

  it("tests a name with the installed clients and says what was deleted", async () => {
    const backend = await openPage({ startedInPractice: true });
    fireEvent.click(await screen.findByText("Test this name"));
    await enter("test-name", "registry.example.com");
    await click("test-start");
    const headline = await byId("proof-headline");
    expect(headline.textContent).toContain("registry.example.com works with skopeo.");
    expect(headline.textContent).toContain("was deleted");
    expect((await byId("proof-skopeo")).textContent).toContain("same digest");
    const call = backend.calls.find(({ method }) => method === "nameProve");
    expect(call?.args[0]).toEqual({
      name: "registry.example.com",
      repository: "transload-name-test",
    });
  });

  it("splits an image into repository and tag or digest", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    for (const [text, expected] of [
      ["team/app:1.0", { repository: "team/app", tag: "1.0", digest: null }],
      ["team/app", { repository: "team/app", tag: "latest", digest: null }],
      [`team/app@${digest}`, { repository: "team/app", tag: null, digest }],
      [" ", null],
    ] as const) {
      expect(splitImage(text)).toEqual(expected);
    }
  });
});
