import type { ClientLogin, ClientLogins, LoginClient, LoginWay } from "../generated";

/** Fake client logins: docker without a helper, Podman with the ECR helper. */
export class FakeClientLogins {
  private readonly held = new Map<string, LoginWay>();

  of(registry: string): ClientLogins {
    return { registry, clients: [this.docker(registry), this.podman(registry)] };
  }

  apply(registry: string, client: LoginClient, way: LoginWay): ClientLogins {
    this.held.set(`${client} ${registry}`, way);
    return this.of(registry);
  }

  undo(registry: string, client: LoginClient): ClientLogins {
    this.held.delete(`${client} ${registry}`);
    return this.of(registry);
  }

  private docker(registry: string): ClientLogin {
    const file = "/home/me/.docker/config.json";
    const way = this.held.get(`docker ${registry}`);
    const stale = way === undefined ? [`https://${registry}`] : [];
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
      held: way === undefined ? { kind: "none" } : heldBy(way),
      stale,
      ways:
        way?.kind === "ecr_helper"
          ? []
          : [
              {
                way: { kind: "ecr_helper" },
                changes: [set("credHelpers", '"ecr-login"'), ...removed],
              },
              { way: { kind: "inline" }, changes: [set("auths", '{"auth": …}'), ...removed] },
            ],
      undoable: way !== undefined,
      error: null,
    };
  }

  private podman(registry: string): ClientLogin {
    const way = this.held.get(`podman ${registry}`);
    const file = "/run/user/1000/containers/auth.json";
    return {
      client: "podman",
      file,
      held: { kind: "helper", program: "docker-credential-pass" },
      stale: [],
      ways: [
        {
          way: { kind: "helper", name: "pass" },
          changes: [
            { action: "kept", place: "docker-credential-pass", key: registry, value: null },
            { action: "set", place: file, key: `auths → ${registry}`, value: "{}" },
          ],
        },
      ],
      undoable: way !== undefined,
      error: null,
    };
  }
}

function heldBy(way: LoginWay): ClientLogin["held"] {
  switch (way.kind) {
    case "helper":
      return { kind: "helper", program: `docker-credential-${way.name}` };
    case "ecr_helper":
      return { kind: "ecr_helper" };
    case "inline":
      return { kind: "inline" };
  }
}
