/** The host of a pasted address: `https://ghcr.io/v2/` is `ghcr.io`. */
export interface RegistryHost {
  readonly host: string;
  /** Whether the address says HTTP or HTTPS, or `null` if it says neither. */
  readonly plainHttp: boolean | null;
}

/** Reads a host name, or the address of a registry or of its API as it is copied elsewhere. */
export function registryHost(text: string): RegistryHost {
  const [, scheme, rest = ""] = /^(?:(https?):\/\/)?(.*)$/i.exec(text.trim()) ?? [];
  return {
    host: rest.replace(/\/(v2\/?)?$/i, ""),
    plainHttp: scheme === undefined ? null : scheme.toLowerCase() === "http",
  };
}
