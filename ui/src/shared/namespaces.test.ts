import { describe, expect, it } from "vitest";
import { namespacesOf, namespacesProblem, withNamespaces } from "./namespaces";

describe("namespaces of Docker Hub", () => {
  it("are read once each, whatever is between them", () => {
    expect(namespacesOf(" acme,dencold , acme,, ")).toEqual(["acme", "dencold"]);
    expect(namespacesOf("")).toEqual([]);
  });

  it("go back into their source; practice without any is its own account", () => {
    expect(withNamespaces({ kind: "docker_hub", namespace: "x" }, ["a", "b"])).toEqual({
      kind: "docker_hub",
      namespace: "a, b",
    });
    expect(withNamespaces({ kind: "practice_account", namespace: "x" }, [])).toEqual({
      kind: "practice_account",
    });
  });

  it("have no capital letters and no blanks", () => {
    expect(namespacesProblem(["acme", "my_team-1.x"])).toBeNull();
    expect(namespacesProblem(["acme", "My team"])).toContain("My team");
  });
});
