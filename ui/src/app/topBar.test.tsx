import { waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeProfiles } from "../ipc/fake/fixtures";
import type { AwsConnection } from "../ipc/generated";
import { renderWith } from "../testing/component";
import { TopBar } from "./TopBar";

const connection = (profile: string): AwsConnection => ({
  kind: "profile",
  profile,
  region: null,
  ecr_endpoint: null,
  registry_endpoint: null,
});

/** On a page that doesn’t change the connection, while the identity isn’t known. */
it.each([
  ["prod", "Region: us-east-1"],
  ["half", "Choose Region"],
])("shows the Region of the profile %s without an identity", async (profile, label) => {
  const nothing = () => {};
  const { container } = renderWith(
    { awsProfilesList: async () => fakeProfiles },
    <TopBar
      shown={{ connection: connection(profile), identity: null, alias: null }}
      onConnection={null}
      engine={null}
      dark={false}
      jobs={[]}
      onMigrate={nothing}
      onAccountItem={nothing}
      onJob={nothing}
      onHelp={nothing}
      onDark={nothing}
      onEngine={nothing}
    />,
  );
  await waitFor(() =>
    expect(container.querySelector(`button[aria-label="${label}"]`)).not.toBeNull(),
  );
});
