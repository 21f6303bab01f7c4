import type { Backend } from "../backend";
import type { AwsConnection } from "../generated";
import { FakeClientLogins } from "./clientLogins";
import { fakeError } from "./error";
import { fakeIdentity, fakeMfaCode, fakeProfiles, fakeRegistry } from "./fixtures";
import type { FakeOptions } from "./options";

/** Fake AWS identity and registry login. */
export function fakeAwsMethods(options: FakeOptions) {
  const practice = (connection: AwsConnection) => connection.kind === "practice";
  const clientLogins = new FakeClientLogins();
  return {
    awsProfilesList: async () => options.awsProfiles ?? fakeProfiles,
    awsIdentity: async (connection) =>
      fakeIdentity(practice(connection), connection.kind === "profile" ? connection.region : null),
    awsMfaSubmit: async (connection, code) => {
      if (code !== fakeMfaCode) {
        throw fakeError("mfa_code_refused");
      }
      return fakeIdentity(practice(connection), null);
    },
    awsAccountAlias: async () => null,
    registryLogin: async (connection, withEngine) => ({
      registry: fakeRegistry(practice(connection)),
      user: "AWS",
      expires_at_ms: Date.now() + 43_200_000,
      registry_accepts: true,
      engine_accepts: withEngine ? options.engineLoginError === undefined : null,
      engine_error: (withEngine ? options.engineLoginError : null) ?? null,
    }),
    clientLogins: async (connection) => clientLogins.of(fakeRegistry(practice(connection))),
    clientLoginApply: async (connection, client, method) =>
      clientLogins.apply(fakeRegistry(practice(connection)), client, method),
    clientLoginUndo: async (connection, client) =>
      clientLogins.undo(fakeRegistry(practice(connection)), client),
  } satisfies Partial<Backend>;
}
