import type { ClientLogin, ClientLogins, LoginClient, LoginMethod } from "../generated";

/** Fake client logins: docker without a helper, Podman with the ECR helper. */
export class FakeClientLogins {
  private readonly logins = new Map<string, LoginMethod>();

  of(registry: string): ClientLogins {
    return { registry, clients: [this.docker(registry), this.podman(registry)] };
  }

  apply(registry: string, client: LoginClient, method: LoginMethod): ClientLogins {
    this.logins.set(`${client} ${registry}`, method);
    return this.of(registry);
  }

  undo(registry: string, client: LoginClient): ClientLogins {
    this.logins.delete(`${client} ${registry}`);
    return this.of(registry);
  }

  private docker(registry: string): ClientLogin {
    const file = "/home/me/.docker/config.json";
    const method = this.logins.get(`docker ${registry}`);
    const stale = method === undefined ? [`https://${registry}`] : [];
    const removed = stale.map((key) => ({
      action: "removed" as const,
      place: file,
      key: `auths → ${key}`,
      value: null,
    }));
    const set = (section: string, value: string) => ({
      action: "set" as const,
      place: file,
      key: `${section} → ${registry}`,
      value,
    });
    return {
      client: "docker",
      file,
      existing: method === undefined ? { kind: "none" } : existingOf(method),
      stale,
      methods:
        method?.kind === "ecr_helper"
          ? []
          : [
              {
                method: { kind: "ecr_helper" },
                changes: [set("credHelpers", '"ecr-login"'), ...removed],
              },
              { method: { kind: "inline" }, changes: [set("auths", '{"auth": …}'), ...removed] },
            ],
      undoable: method !== undefined,
      error: null,
    };
  }

  private podman(registry: string): ClientLogin {
    const method = this.logins.get(`podman ${registry}`);
    const file = "/run/user/1000/containers/auth.json";
    return {
      client: "podman",
      file,
      existing: { kind: "helper", program: "docker-credential-pass" },
      stale: [],
      methods: [
        {
          method: { kind: "helper", name: "pass" },
          changes: [
            { action: "kept", place: "docker-credential-pass", key: registry, value: null },
            { action: "set", place: file, key: `auths → ${registry}`, value: "{}" },
          ],
        },
      ],
      undoable: method !== undefined,
      error: null,
    };
  }
}

function existingOf(method: LoginMethod): ClientLogin["existing"] {
  switch (method.kind) {
    case "helper":
      return { kind: "helper", program: `docker-credential-${method.name}` };
    case "ecr_helper":
      return { kind: "ecr_helper" };
    case "inline":
      return { kind: "inline" };
  }
}
