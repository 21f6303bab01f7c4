// @vitest-environment node
import { expect, it } from "vitest";
import { registryHost } from "./registryHost";

it.each([
  ["ghcr.io", "ghcr.io", null],
  [" registry.example.com:5000 ", "registry.example.com:5000", null],
  ["https://ghcr.io/v2/", "ghcr.io", false],
  ["https://ghcr.io/v2", "ghcr.io", false],
  ["HTTP://localhost:5000/", "localhost:5000", true],
  ["ghcr.io/", "ghcr.io", null],
  // A path isn’t part of a host, and stays for the error to name.
  ["https://ghcr.io/team/app", "ghcr.io/team/app", false],
  ["", "", null],
])("reads the host of %s", (text, host, plainHttp) => {
  expect(registryHost(text)).toEqual({ host, plainHttp });
});
