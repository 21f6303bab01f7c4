/** The network and the certificate authority file of the fake backend. */
import type { CaFile, NetworkStatus } from "../generated";

/** A CA file with a corporate authority. */
export function fakeCaFile(path: string): CaFile {
  return {
    origin: "settings",
    path,
    certificates: [
      { name: "Example Corp Root CA (Example Corp)", not_after_ms: Date.UTC(2036, 3, 1) },
    ],
    error: null,
  };
}

/** A network without a proxy that trusts the CA file. */
export function fakeNetwork(caFile: string | null): NetworkStatus {
  return {
    proxies: [],
    proxy_origin: "system",
    proxy_exceptions: null,
    unusable_variables: [],
    contradicting_variables: [],
    ca_files: caFile === null ? [] : [fakeCaFile(caFile)],
    clock_behind_seconds: null,
  };
}
