import type { ErrorCode } from "../ipc/generated";
import { entry } from "./entry";
import type { ErrorEntry } from "./errorTable";

type NetworkErrorCode = Extract<
  ErrorCode,
  "tls_untrusted" | `proxy_${string}` | "clock_wrong" | "ca_file_unusable"
>;

/** What goes wrong between this computer and whoever it speaks with. */
export const networkErrors: Record<NetworkErrorCode, ErrorEntry> = {
  tls_untrusted: entry({
    title: "The server’s certificate is not trusted",
    text: "The connection would be encrypted, but it is not certain with whom: the certificate is not one that this computer trusts.",
    next: [
      "In a company’s network, ask for the file with its certificate authority and choose it in the settings, under Network.",
      "If you do not expect such a certificate, do not go on.",
    ],
    actions: ["open_settings", "retry"],
  }),
  proxy_unreachable: entry({
    title: "The proxy cannot be reached",
    text: "This computer is set to reach others through a proxy, and the proxy does not answer.",
    next: [
      "Check the proxy’s address; the settings show where it comes from. Then try again.",
      "Outside the company’s network it may not be there: connect its VPN, or take the proxy out.",
    ],
    actions: ["retry", "open_settings"],
  }),
  proxy_refused: entry({
    title: "The proxy does not let the connection through",
    text: "The proxy wants a login, or forbids this address.",
    next: [
      "Give the login in the address of the proxy, such as http://USER:PASSWORD@HOST:PORT, and start Transload again.",
      "Or ask whoever manages the proxy to allow the address.",
    ],
    actions: ["retry", "open_settings"],
  }),
  clock_wrong: entry({
    title: "The clock of this computer is wrong",
    text: "Signatures and certificates are good for a short time, and by this clock they are not.",
    next: [
      "Set date, time and time zone of this computer, or let it set them from the network, then try again.",
    ],
    actions: ["retry"],
  }),
  ca_file_unusable: entry({
    title: "The file with certificate authorities cannot be used",
    text: "The file cannot be read, or holds no certificates.",
    next: ["Choose a file with certificates in PEM, or one in DER."],
    actions: ["open_settings"],
  }),
};
